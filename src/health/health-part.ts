import type { Driver } from "../resource/driver.ts";
import type { FleetEvent } from "../resource/event.ts";
import type { Phase } from "../resource/host.ts";
import type { ManagedResource } from "../resource/managed-resource.ts";
import type { AnyAttachable } from "../resource/part.ts";
import type { Clock } from "../time/clock.ts";
import type { Scheduled } from "../time/scheduler.ts";
import type { Rank } from "./rank.ts";

/** The part of `health.snapshot()` about the fleet. */
export interface FleetRecord {
  /** The name of the group: the replicas behind one balancer. */
  readonly group: string;
  /** The name of this replica in reports. */
  readonly replica: string;
  /** Whether the store answers. */
  readonly store: "ok" | "gone";
  /** Whether readiness answers 200 although a required resource is older than `refuseAfter`. */
  readonly heldIn: boolean;
  /**
   * Whether this replica counts as out of the balancer. There are three reasons:
   *
   * - A required resource has no value.
   * - The replica drains, or a heartbeat is overdue.
   * - The data is older than `refuseAfter`, and the replica has a leave or has never been ready.
   *
   * A leave is the permission to answer 503 because of old data.
   */
  readonly out: boolean;
  /** Its place in the queue for a leave, from 1. `undefined` while it does not ask for one. */
  readonly place: number | undefined;
}

/**
 * A part adds code to a health. There is one: the fleet. The code is only in the bundle of a service that uses it.
 */
export interface HealthPart {
  /** Asked before every load of a resource, after the resource's own gate. */
  readonly gate: AnyAttachable | undefined;
  /** Whether a required resource that is older than `refuseAfter` leaves readiness at 200. It does no I/O. */
  holdsIn(): boolean;
  /** The health has started. */
  begin(): void;
  /** The counts, the phase or a probe's answer may have changed. */
  changed(): void;
  /** The health closes. Settles when the part has said goodbye. */
  close(): Promise<void>;
  snapshot(): FleetRecord;
}

/** What the option `fleet` takes. */
export interface AttachableHealthPart {
  /** Adds the part to a health. The library calls it. */
  readonly attach: (host: HealthPartHost) => HealthPart;
}

/** The functions of a health that a part calls. The registry implements it. */
export interface HealthPartHost {
  readonly clock: Clock;
  readonly driver: Driver;
  readonly phase: Phase;
  /** @internal */
  readonly resources: readonly ManagedResource<unknown>[];
  /**
   * The worst rank of a required resource at the last count.
   *
   * @internal
   */
  readonly worst: Rank;
  /** What liveness answers. */
  readonly livenessOutcome: "ok" | "wedged";
  /** The current time on the clock of the health. */
  now(): number;
  /** Like `now()`, but it also updates overdue counts. */
  syncNow(): number;
  /**
   * Puts an entry in the agenda of the one timer; `Infinity` removes it.
   *
   * @internal
   */
  readonly scheduler: { put(entry: Scheduled, at: number): void };
  /** Runs a job later, in the async context of the health. */
  defer(job: () => void): void;
  /** The answers of the part may have changed. */
  afterChange(): void;
  /** Tells the listeners of the health. */
  announce(event: FleetEvent): void;
}
