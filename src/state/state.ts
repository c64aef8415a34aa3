/**
 * What a resource can be, and no fifth. Everything else (a running refresh, the last error, the next
 * attempt) is a fact beside the state.
 *
 * - `NOT_LOADED`: no value and no load running.
 * - `LOADING`: no value, and the load that will give the first one is running.
 * - `READY`: a value whose age is at or under `staleAfter`.
 * - `STALE`: a value that is older, or was invalidated; still usable.
 */
export type State = "NOT_LOADED" | "LOADING" | "READY" | "STALE";

/** Every state, the worst first. */
export const STATES: readonly State[] = ["NOT_LOADED", "LOADING", "STALE", "READY"];
