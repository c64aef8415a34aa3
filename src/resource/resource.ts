import type { Duration } from "../option/duration.ts";
import type { ResourceListener } from "./event.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ReloadOptions } from "./waiters.ts";

/** The options of `get()`. */
export interface GetOptions {
  /** Ends the wait of this caller, but not the load. @default none */
  readonly signal?: AbortSignal | undefined;
  /**
   * The oldest value that this caller accepts. If the value is older, `get()` waits for a refresh. If a load starts
   * after the call, its value is accepted, even if that load takes longer than `maxAge`. If the loader returns an
   * `asOf`, the age at the start of that load must be at most `maxAge`.
   * @default any age
   */
  readonly maxAge?: Duration | undefined;
  /**
   * In request mode (`onRequest()`), a function that lets a refresh continue after the response (`(promise) =>
   * ctx.waitUntil(promise)`). Without it, a request waits for the refresh. Background mode ignores it.
   */
  readonly waitUntil?: WaitUntil | undefined;
}

/**
 * A function that lets work continue after the response: `(promise) => ctx.waitUntil(promise)`. Do not pass
 * `ctx.waitUntil` itself, because it fails without its object.
 */
export type WaitUntil = (promise: Promise<unknown>) => void;

/** One value that the service keeps in memory. Its methods need no `this`. */
export interface Resource<T> {
  /** The name of the resource. */
  readonly name: string;
  /**
   * Returns the value. By default, a value of any age is returned at once. If there is no value, or if it is older than
   * `maxAge`, the call waits for the running load, or starts a load and waits for it. The first call starts the health.
   *
   * In request mode (`onRequest()`), a value older than `refuseAfter` is refreshed first. If that refresh fails, the
   * old value is returned.
   *
   * @throws TypeError for a wrong option. The call itself throws it.
   * @throws NotReadyError. The promise rejects with it in these cases, and `reason` says which:
   *
   * - The load fails, or its value is older than `maxAge`.
   * - The library waits to try again after a failed load, and has no value that is young enough.
   * - `signal` aborts.
   * - The health drains or closes.
   * @example
   * const matches = (await index.get({ maxAge: "10m" })).lookup(hash);
   */
  get(options?: GetOptions): Promise<T>;
  /** Returns the value at once, of any age, or `undefined` while there is none. It starts no load. */
  peek(): T | undefined;
  /** Returns the whole state as a frozen object: the state, the value, its age, the last error, and more. */
  snapshot(): Snapshot<T>;
  /**
   * Loads at once, even if the library waits to try again after a failure. If a load is running, another load follows.
   * All calls during the running load share that next load.
   *
   * @returns the snapshot after a load that started after the call
   * @throws TypeError for a wrong option. The call itself throws it.
   * @throws The promise rejects with the error of that load, or with a NotReadyError if the health drains or closes.
   * @example
   * const { revision } = await index.reload();
   */
  reload(options?: ReloadOptions): Promise<Snapshot<T>>;
  /**
   * Marks the value as STALE and plans a refresh, because the value may be out of date. During a load, one more load
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
  /** Ends this resource: loads are aborted, every wait rejects, and the name can be used again. */
  close(): void;
}
