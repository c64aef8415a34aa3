import type { Duration } from "../option/duration.ts";
import type { ResourceListener } from "./event.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ReloadOptions } from "./waiters.ts";

/** The options of `get()`. */
export interface GetOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The oldest value that this caller accepts. If the value is older, `get()` waits for a refresh. The value of a load
   * that started after the call is accepted, even if that load took longer than `maxAge`. An `asOf` of the source
   * counts: when the load started, the data must not have been older than `maxAge`.
   * @default any age
   */
  readonly maxAge?: Duration | undefined;
  /**
   * In request mode, a function that lets a refresh continue after the response (`(promise) =>
   * ctx.waitUntil(promise)`). Without it, a request waits for the refresh. Background mode ignores it.
   */
  readonly waitUntil?: WaitUntil | undefined;
}

/** Lets work continue after the response. Call it as a method of its context. */
export type WaitUntil = (promise: Promise<unknown>) => void;

/** One value that the service keeps in memory. Its methods need no `this`. */
export interface Resource<T> {
  /** The name of the resource. */
  readonly name: string;
  /**
   * Returns the value. Without a value that is young enough, it waits for the running load, or for one that starts now.
   * The first call starts the health. In request mode, a value older than `refuseAfter` is refreshed first, and
   * returned if that fails.
   *
   * @throws TypeError (at once) for a wrong option
   * @throws NotReadyError (rejects) if that load fails or its value is too old, during a back-off, if the wait is
   * aborted, or if the health drains or closes. `reason` says which.
   * @example
   * const matches = (await index.get({ maxAge: "10m" })).lookup(hash);
   */
  get(options?: GetOptions): Promise<T>;
  /** Returns the value at once, or `undefined`. It reads no clock. */
  peek(): T | undefined;
  /** Returns a frozen record of the whole state. */
  snapshot(): Snapshot<T>;
  /**
   * Loads at once. It ignores the back-off, the interval and a rejected revision. Calls during a load share the next
   * load.
   *
   * @returns the record after a load that started after the call. It rejects with the error of that load, or with a
   * NotReadyError if the health drains or closes.
   */
  reload(options?: ReloadOptions): Promise<Snapshot<T>>;
  /**
   * Marks the value as STALE and starts a refresh, because the value may be out of date. During a load, one more load
   * follows. It does not shorten a back-off, and does not change readiness. To remove a value that is known to be
   * wrong, call `unload()`.
   */
  invalidate(): void;
  /** Removes the value and aborts a running load. If the health is started, a new first load is planned. */
  unload(): void;
  /**
   * Calls `listener` with the current state in a microtask, and then with every event.
   *
   * @returns a function that ends the subscription
   * @throws TypeError unless `listener` is a function
   */
  subscribe(listener: ResourceListener<T>): () => void;
  /** Ends this resource. Its name can be used again. Every wait for it rejects. */
  close(): void;
}
