import { toSafeText } from "../option/invalid-option.ts";
import { messageOf } from "../resource/print.ts";
import type { PartHost } from "../resource/part.ts";
import { warn } from "../option/warn.ts";
import type { HeldValue } from "../state/facts.ts";
import type { Saved, StoreActions, StoreContext } from "./store.ts";

/** Stamps are written, and a failed removal is tried again, at most this often, in ms. */
const LEAST_PAUSE_MS = 60_000;

/** What is to be written. */
interface Job<T> {
  readonly kind: "save" | "stamp" | "remove";
  /** What was in use when it was asked for; `undefined` for a removal. */
  readonly held: HeldValue<T> | undefined;
  /** Whether the stored value is removed first, because it was unloaded or rejected. */
  readonly removesFirst: boolean;
  /** The value may be disposed of. */
  readonly release: () => void;
}

/** Writes to one store. No load waits for it. */
export interface Writer<T> {
  /** The store has the value that is in use: it was restored from there. */
  noteStored(now: number): void;
  /** A load was accepted. Writes the value if it differs from the stored one, and otherwise its stamps. */
  write(held: HeldValue<T>, isChanged: boolean, now: number): void;
  /** Removes what is stored. */
  remove(): void;
  /** Tries a failed removal again, at most once a minute. */
  retryRemoval(now: number): void;
  /** Starts the waiting write, and resolves at its end. */
  flush(): Promise<void>;
}

/** Makes the writer of a store. One write runs at a time, and a newer value replaces one that waits. */
export function createWriter<T>(
  resource: PartHost<T>,
  store: StoreActions<T>,
  contextOf: (signal: AbortSignal) => StoreContext,
): Writer<T> {
  const { host } = resource;
  let next: Job<T> | undefined;
  let running: Promise<void> | undefined;
  let isStored = false;
  let askedAt = -Infinity;
  /** When a removal failed. The store still holds what must go. */
  let removalFailedAt: number | undefined;
  let told: string | undefined;
  let isPrinted = false;

  /**
   * If no listener hears, prints the first of several failures, and their end. Nobody would notice before the next
   * start.
   */
  const print = (reason: string | undefined): void => {
    const isTrouble = reason !== undefined;
    if (isTrouble === isPrinted) return;
    isPrinted = isTrouble && !resource.isHeard;
    if (resource.isHeard) return;
    const what = isTrouble ? `failed: ${reason}. This is printed once until it works` : "works again";
    warn(`the store of "${resource.name}" ${what}.`);
  };

  const tell = (result: "saved" | "skipped" | "removed" | "failed", reason?: string): void => {
    // If a store skips again for the same reason, no event is sent.
    const text = `${result} ${reason}`;
    if (result !== "skipped" || text !== told)
      resource.announce({ type: "save", result, ...(reason !== undefined && { reason }) }, resource.now());
    told = text;
  };

  /** A value must not be disposed of before it is written. */
  const holdValue = (value: T): (() => void) => {
    if (!resource.options.dispose) return () => {};
    const release = resource.holdValue(value, "check");
    return () => {
      release();
      resource.disposeDue();
    };
  };

  const act = async ({ kind, held, removesFirst }: Job<T>, signal: AbortSignal): Promise<Saved> => {
    if (removesFirst || !held) await store.remove(contextOf(signal));
    if (!held) return undefined;
    const stamps = {
      checkedAt: host.toWall(held.checkedAt),
      asOf: held.asOf === undefined ? undefined : host.toWall(held.asOf),
    };
    if (kind === "stamp") return store.stamp(stamps, contextOf(signal));
    return store.save({ value: held.value, revision: held.revision, ...stamps }, contextOf(signal));
  };

  const perform = async (job: Job<T>): Promise<void> => {
    const { timeout } = resource.limits;
    const controller = new AbortController();
    let cancel = (): void => {};
    const tooLong = new Promise<never>((_, reject) => {
      cancel = host.clock.setTimer(
        () => {
          controller.abort();
          reject(new Error(`the store took longer than ${timeout} ms`));
        },
        timeout,
        false,
      );
    });
    try {
      const saved = await Promise.race([act(job, controller.signal), tooLong]);
      if (job.kind === "save") isStored = saved === undefined;
      // Another value is stored now, or none.
      if (job.kind !== "stamp") removalFailedAt = undefined;
      if (job.kind === "remove") tell("removed");
      else if (saved) tell("skipped", saved.skipped);
      else if (job.kind === "save") tell("saved");
      if (!saved) print(undefined);
    } catch (error) {
      if (job.kind === "save") isStored = false;
      if (job.kind === "remove" || job.removesFirst) removalFailedAt = resource.now();
      const reason = toSafeText(messageOf(error));
      tell("failed", reason);
      print(reason);
    }
    cancel();
  };

  const run = async (): Promise<void> => {
    // `close()` waits for it a while.
    host.countPending(1);
    for (let job = next; job !== undefined; job = next) {
      next = undefined;
      await perform(job);
      job.release();
    }
    running = undefined;
    host.countPending(-1);
  };

  const flush = (): Promise<void> => (next ? (running ??= run()) : (running ?? Promise.resolve()));

  const put = (kind: Job<T>["kind"], held: HeldValue<T> | undefined): void => {
    const isWhole = kind === "save" || (kind === "stamp" && next?.kind === "save");
    // No save waits for a removal that failed before. A store that never removes would never be saved to again.
    const removesFirst =
      next !== undefined && removalFailedAt === undefined && (next.kind === "remove" || next.removesFirst);
    // Hold the new value before the old hold ends, because both may be the same value.
    const release = held && isWhole ? holdValue(held.value) : (): void => {};
    next?.release();
    next = { kind: isWhole ? "save" : kind, held, removesFirst, release };
    // In request mode, only a request that has `waitUntil` begins it.
    if (host.driver.kind === "background") host.defer(() => void flush());
  };

  return {
    noteStored(now) {
      isStored = true;
      askedAt = now;
    },
    write(held, isChanged, now) {
      if (!isChanged && now - askedAt < LEAST_PAUSE_MS) return;
      askedAt = now;
      put(isChanged || !isStored ? "save" : "stamp", held);
      if (isChanged) isStored = false;
    },
    remove() {
      isStored = false;
      removalFailedAt = undefined;
      put("remove", undefined);
    },
    retryRemoval(now) {
      // Behind a save that runs it would remove the new value.
      if (removalFailedAt === undefined || running || next || now - removalFailedAt < LEAST_PAUSE_MS) return;
      removalFailedAt = now;
      put("remove", undefined);
    },
    flush,
  };
}
