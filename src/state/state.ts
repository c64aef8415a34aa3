/**
 * The four states of a resource. A running refresh, the last error and the next attempt are no states.
 *
 * - `NOT_LOADED`: there is no value, and no load is running.
 * - `LOADING`: there is no value, and a load is running.
 * - `READY`: the age of the value is at or under `staleAfter`.
 * - `STALE`: the value is older, or was invalidated. It can still be used.
 */
export type State = "NOT_LOADED" | "LOADING" | "READY" | "STALE";

/** Every state, the worst first. */
export const STATES: readonly State[] = ["NOT_LOADED", "LOADING", "STALE", "READY"];
