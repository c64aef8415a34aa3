import type { Duration } from "../state/duration.ts";
import type { Listener } from "./event.ts";
import type { Snapshot } from "./snapshot.ts";

/** How `get()` waits. */
export interface GetOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** The oldest value this caller accepts; an older one is refreshed first. */
  readonly maxAge?: Duration | undefined;
  /**
   * In request mode: what lets a refresh outlive the response (`(promise) => ctx.waitUntil(promise)`).
   * Without it, the request that finds a refresh due waits for it. Background mode ignores it.
   */
  readonly waitUntil?: WaitUntil | undefined;
}

/** Lets work go on after the response; call it on its own context, never detached. */
export type WaitUntil = (promise: Promise<unknown>) => void;

/** One thing the service must have in memory to do its work. */
export interface Resource<T> {
  /** The name it was registered under. */
  readonly name: string;
  /**
   * The value; waits only while there is none, or none as young as `maxAge`, for the load that runs or
   * starts now. The first call starts the health. In request mode a value past `refuseAfter` is loaded
   * anew first, and served if that fails.
   *
   * @throws TypeError (at once) for a bad `maxAge`
   * @throws NotReadyError (rejects) when that load fails or brings what is older than `maxAge`, a back-off
   *   runs, the wait is aborted, or the health drains or closes; `reason` says which
   */
  get(options?: GetOptions): Promise<T>;
  /** The value, or `undefined`, at once; reads no clock. */
  peek(): T | undefined;
  /** One frozen record of everything known. */
  snapshot(): Snapshot<T>;
  /**
   * Loads at once, whatever the back-off, the interval or a rejected revision say. Never concurrent:
   * callers that arrive during a run share the next one.
   *
   * @returns the record after a run that started after the call; rejects with what that run threw, or
   *   with NotReadyError when the health drains or closes
   */
  reload(): Promise<Snapshot<T>>;
  /**
   * The value may be out of date: marks it STALE and hurries a refresh (one more, if one is running;
   * a running back-off is left). Readiness refuses by age alone; `unload()` what is known to be bad.
   */
  invalidate(): void;
  /** Drops the value and aborts the run; a new first load is planned while the schedule runs. */
  unload(): void;
  /** Tells `listener` the present state in a microtask, then every event; returns what ends that. */
  subscribe(listener: Listener<T>): () => void;
  /** Ends this resource and frees its name; whoever waits is rejected. */
  close(): void;
}
