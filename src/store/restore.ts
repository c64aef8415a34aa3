import { toSafeText } from "../option/invalid-option.ts";
import { messageOf } from "../resource/print.ts";
import type { PartHost } from "../resource/part.ts";
import type { RestoreOutcome } from "../resource/part-notes.ts";
import type { StoreActions, StoreContext, Stored } from "./store.ts";

/** How long the first load waits for the restore, in ms. */
const WAIT_MS = 1_000;

/** What a restore needs beside its resource. */
export interface RestoreParts {
  readonly contextOf: (signal: AbortSignal) => StoreContext;
  /** The value of a store came into use. */
  readonly restored: (place: number) => void;
}

/** The one restore of a resource. */
export interface Restore {
  /** Whether it is not over. Perhaps it has not begun. */
  readonly isDue: boolean;
  /** Until when the first load waits for it, in background mode. */
  readonly heldUntil: number | undefined;
  /** Begins it, and tells whether the next load must wait for it. */
  holds(): boolean;
  /** Begins it, and waits for it at most a second, by a timer of its own. */
  wait(): Promise<void>;
  /** No load waits for it any more. It goes on. */
  letGo(): void;
  /** Its value is not wanted any more. */
  drop(): void;
}

/** Makes the restore of a resource from stores. Of those that have a value, the first wins. */
export function createRestore<T>(
  resource: PartHost<T>,
  stores: readonly StoreActions<T>[],
  { contextOf, restored }: RestoreParts,
): Restore {
  const { host } = resource;
  /** Made when the stores are asked: a Worker may create none while its module is evaluated. */
  let controller: AbortController | undefined;
  let phase: "due" | "running" | "checking" | "over" = "due";
  let heldUntil: number | undefined;
  /** Whether a second is over. A store that has not answered is then skipped, but may still give the value. */
  let isLate = false;
  let wake = (): void => {};
  /** `undefined` for a store without a value that may be used. */
  const answers: (Stored<T> | "pending" | undefined)[] = stores.map(() => "pending");
  const reasons: string[] = [];
  let failed = false;

  const discard = (answer: (typeof answers)[number]): void => {
    if (typeof answer === "object") resource.discard(answer.value);
  };

  const end = (outcome: RestoreOutcome): void => {
    if (phase === "over") return;
    phase = "over";
    controller?.abort();
    answers.forEach(discard);
    const about = reasons.length ? { reason: toSafeText(reasons.join("; ")) } : {};
    const at = resource.now();
    resource.note({ lastRestore: { at, outcome, ...about } });
    if (!resource.isClosed) resource.announce({ type: "restore", result: outcome, ...about }, at);
    wake();
    if (heldUntil === undefined) return;
    heldUntil = undefined;
    resource.resumeLoad();
  };

  /** Why a value must not be used. */
  const reasonToIgnore = async (value: T): Promise<string | undefined> => {
    try {
      for (const check of resource.options.validate)
        if ((await check(value, undefined)) === false) return "validate refused it";
      return undefined;
    } catch (error) {
      return `validate refused it: ${messageOf(error)}`;
    }
  };

  const use = async (stored: Stored<T>, place: number): Promise<void> => {
    phase = "checking";
    answers[place] = undefined;
    const reason = await reasonToIgnore(stored.value);
    if (reason === undefined && isDue() && !resource.facts.held) {
      const { value, revision, asOf, origin } = stored;
      restored(place);
      resource.commit({
        type: "restored",
        held: {
          value,
          revision,
          checkedAt: resource.fromWall(stored.checkedAt),
          changedAt: resource.now(),
          asOf: asOf === undefined ? undefined : resource.fromWall(asOf),
          invalidated: false,
          origin,
        },
      });
      return end("restored");
    }
    resource.discard(stored.value);
    if (reason !== undefined) reasons.push(reason);
    if (isDue()) phase = "running";
    consider();
  };

  /** Uses the first value, once every store before it has answered, or after one second. */
  const consider = (): void => {
    if (phase !== "running") return;
    for (const [place, answer] of answers.entries()) {
      if (answer === "pending" && !isLate) return;
      if (typeof answer === "object") return void use(answer, place);
    }
    if (!answers.includes("pending")) end(failed ? "failed" : reasons.length ? "ignored" : "nothing");
  };

  const ask = async (store: StoreActions<T>, place: number, signal: AbortSignal): Promise<void> => {
    let answer: Stored<T> | undefined;
    try {
      const given = await store.restore(contextOf(signal));
      if (given && "ignored" in given) reasons.push(given.ignored);
      // A codec may read nothing from what it wrote.
      else if (given && (given.value === undefined || given.value === null)) reasons.push("the store gave no value");
      else answer = given;
    } catch (error) {
      failed = true;
      reasons.push(messageOf(error));
    }
    if (!isDue()) return discard(answer);
    answers[place] = answer;
    consider();
  };

  const begin = (): void => {
    phase = "running";
    controller = new AbortController();
    const { signal } = controller;
    host.defer(() => stores.forEach((store, place) => void ask(store, place, signal)));
  };

  const isDue = (): boolean => phase !== "over";

  const passLate = (): void => {
    isLate = true;
    consider();
    wake();
  };

  return {
    get isDue() {
      return isDue();
    },
    get heldUntil() {
      return heldUntil;
    },
    holds() {
      if (phase === "due") {
        begin();
        heldUntil = resource.now() + WAIT_MS;
      }
      if (heldUntil === undefined) return false;
      if (resource.now() < heldUntil) return true;
      heldUntil = undefined;
      passLate();
      return false;
    },
    wait: () =>
      new Promise((resolve) => {
        if (phase === "due") begin();
        const cancel = host.clock.setTimer(passLate, WAIT_MS, true);
        wake = () => {
          cancel();
          resolve();
        };
      }),
    letGo() {
      heldUntil = undefined;
    },
    drop: () => end("superseded"),
  };
}
