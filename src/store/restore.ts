import { toSafeText } from "../option/invalid-option.ts";
import { messageOf } from "../resource/print.ts";
import type { PartHost } from "../resource/part.ts";
import type { RestoreOutcome } from "../resource/part-notes.ts";
import type { Ignored, Restored, StoreActions, StoreContext, Stored } from "./store.ts";

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
  /** Whether it was not asked for, or is not over. */
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
  let phase: "due" | "running" | "over" = "due";
  let heldUntil: number | undefined;
  /** A second is over: a store that has not answered is passed, and may still be the first to give a value. */
  let isLate = false;
  let isDropped = false;
  let wake = (): void => {};
  const answers: (Restored<T> | "pending" | "used")[] = stores.map(() => "pending");
  const reasons: string[] = [];
  let failed = false;

  const isStored = (answer: (typeof answers)[number]): answer is Stored<T> =>
    typeof answer === "object" && "value" in answer;

  const end = (outcome: RestoreOutcome): void => {
    if (phase === "over") return;
    phase = "over";
    controller?.abort();
    for (const answer of answers) if (isStored(answer)) resource.discard(answer.value);
    const reason = reasons.length ? toSafeText(reasons.join("; ")) : undefined;
    const about = reason === undefined ? {} : { reason };
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
    answers[place] = "used";
    const reason = await reasonToIgnore(stored.value);
    if (reason === undefined && !isDropped && phase !== "over" && !resource.facts.held) {
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
    answers[place] = reason === undefined ? undefined : { ignored: reason };
    consider();
  };

  /** Uses the first value, once every store before it has answered, or the second is over. */
  const consider = (): void => {
    if (phase === "over") return;
    for (const [place, answer] of answers.entries()) {
      if (answer === "used") return;
      if (answer === "pending" && !isLate) return;
      if (isStored(answer)) return void use(answer, place);
    }
    if (answers.includes("pending")) return;
    end(isDropped ? "superseded" : failed ? "failed" : reasons.length ? "ignored" : "nothing");
  };

  const ask = async (store: StoreActions<T>, place: number, signal: AbortSignal): Promise<void> => {
    let answer: Restored<T>;
    try {
      answer = checkedOf(await store.restore(contextOf(signal)));
      if (answer && "ignored" in answer) reasons.push(answer.ignored);
    } catch (error) {
      failed = true;
      reasons.push(messageOf(error));
    }
    answers[place] = answer;
    if (phase !== "over") consider();
    else if (isStored(answer)) resource.discard(answer.value);
  };

  const begin = (): void => {
    phase = "running";
    controller = new AbortController();
    const { signal } = controller;
    host.defer(() => stores.forEach((store, place) => void ask(store, place, signal)));
  };

  const passLate = (): void => {
    isLate = true;
    consider();
  };

  return {
    get isDue() {
      return phase !== "over";
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
    async wait() {
      if (phase === "due") begin();
      await new Promise<void>((resolve) => {
        const cancel = host.clock.setTimer(
          () => {
            passLate();
            resolve();
          },
          WAIT_MS,
          true,
        );
        wake = () => {
          cancel();
          resolve();
        };
      });
    },
    letGo() {
      heldUntil = undefined;
    },
    drop() {
      isDropped = true;
      end("superseded");
    },
  };
}

/**
 * What a store of the user's answered, read once and with each field of its type. An age that is no number would be
 * young for ever.
 *
 * @throws what a property throws
 */
function checkedOf<T>(given: Restored<T>): Restored<T> {
  if (given === undefined || given === null) return undefined;
  const { ignored, value, revision, checkedAt, asOf, origin }: Partial<Stored<T> & Ignored> = given;
  if (ignored !== undefined) return { ignored: String(ignored) };
  const stamps: readonly unknown[] = [checkedAt, asOf ?? checkedAt];
  if (value === undefined || value === null || checkedAt === undefined || !stamps.every(Number.isFinite))
    return { ignored: "the store gave no value, or no time stamps in epoch ms" };
  return {
    value,
    revision: typeof revision === "string" ? revision : undefined,
    checkedAt,
    asOf: asOf ?? undefined,
    origin: origin === "seed" ? origin : "store",
  };
}
