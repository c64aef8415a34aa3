import type { State } from "../state/state.ts";
import type { LoadOutcome } from "../state/transition.ts";
import type { RestoreOutcome } from "./part-notes.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * An event of one resource.
 *
 * - `transition`: the state changed from `from` to `state`.
 * - `load`: a load ended, and the state did not change.
 * - `current`: the first event of a new listener. It contains the current state.
 * - `disposed`: `dispose` was called on a value that is no longer used.
 * - `leased`: `disposeAfter` has passed, but a lease still holds an old value. It is sent once for each value.
 * - `restore`: the restore of `lastKnownGood` ended. `result` says how.
 * - `save`: a value was written to a store, or the write failed. `result` says how.
 * - `gate`: a load started without a turn, because the gate `failed` or was `silent`.
 * - `hints`: the channel of `hints()` is `connected` or `lost`.
 */
export interface ResourceEvent<T = unknown> {
  /** What happened. */
  readonly type: "transition" | "load" | "current" | "disposed" | "leased" | PartEventType;
  /** The resource's name. */
  readonly name: string;
  /** The state before the event. It equals `state` unless the type is `transition`. */
  readonly from: State;
  /** The state now, as in `snapshot`. */
  readonly state: State;
  /** The record of the moment. */
  readonly snapshot: Snapshot<T>;
  /** How the load ended. Only events that end a load have it. */
  readonly outcome?: LoadOutcome;
  /** How long the load took, in whole ms of monotonic time. Present together with `outcome`. */
  readonly durationMs?: number;
  /** Which attempt the load was. Present together with `outcome`. */
  readonly attempt?: number;
  /** The revision that was accepted, confirmed or rejected. Present together with `outcome`, if known. */
  readonly revision?: string | undefined;
  /** The result, if the type is `restore`, `save`, `gate` or `hints`. */
  readonly result?: PartResult;
  /** The reason of the result, as a sentence that is safe to print. */
  readonly reason?: string | undefined;
}

/** The types of the events about stores, gates and channels of hints. */
export type PartEventType = "restore" | "save" | "gate" | "hints";

/**
 * The result of an event about a store, a gate or a channel of hints.
 *
 * - `restore`: a `RestoreOutcome`.
 * - `save`: `saved`, `skipped` (nothing was written, on purpose), `removed` or `failed`.
 * - `gate`: `failed` or `silent`.
 * - `hints`: `connected` or `lost`.
 */
export type PartResult = RestoreOutcome | "saved" | "skipped" | "removed" | "failed" | "silent" | "connected" | "lost";

/** The word of a probe has changed. Sent to the listeners of `health.subscribe()`. */
export interface ProbeEvent {
  /** Always "probe". */
  readonly type: "probe";
  /** Which probe. */
  readonly probe: "readiness" | "liveness" | "startup";
  /** The previous word, such as `INDEX-NOT-LOADED`. */
  readonly from: string;
  /** The new word, such as `I-AM-ALIVE`. */
  readonly word: string;
}

/** The drain begins. Sent to the listeners of `health.subscribe()`. No load starts any more. */
export interface DrainEvent {
  /** Always "drain". */
  readonly type: "drain";
  /** How long the server keeps serving, in ms. */
  readonly delayMs: number;
}

/**
 * An event of the fleet. Sent to the listeners of `health.subscribe()` at each change.
 *
 * - `held-in`: a required resource is older than `refuseAfter`, but the fleet keeps the replica in.
 * - `left`: the fleet allowed the replica to leave, and readiness answers 503.
 * - `store-gone`: three calls to the store in a row failed or took too long. `reason` says why.
 * - `store-back`: the store answers again.
 */
export interface FleetEvent {
  /** What happened. */
  readonly type: "held-in" | "left" | "store-gone" | "store-back";
  /** The name of the group: the replicas behind one balancer. */
  readonly group: string;
  /** The name of this replica in reports. */
  readonly replica: string;
  /** The reason of `store-gone`, as a sentence that is safe to print. */
  readonly reason?: string;
}

/** An event that a listener of `health.subscribe()` receives. */
export type HealthEvent = ResourceEvent | ProbeEvent | DrainEvent | FleetEvent;

/** A listener of one resource. Its errors and rejections are ignored. */
export type ResourceListener<T = unknown> = (event: ResourceEvent<T>) => unknown;

/** A listener of a health. Its errors and rejections are ignored. */
export type HealthListener = (event: HealthEvent) => unknown;
