import type { Probe } from "../answer/paths.ts";
import type { FleetRecord } from "../health/health-part.ts";
import type { Registry } from "../health/registry.ts";
import { recordOf, type ResourceRecord } from "../resource/snapshot.ts";

/** What one probe would answer. */
export interface ProbeRecord {
  /** Whether the status is 200. */
  readonly ok: boolean;
  /** The word, such as `INDEX-STALE`. */
  readonly word: string;
}

/** A frozen record of a health: its probes, its resources without their values, and its heartbeats. */
export interface HealthSnapshot {
  /** What each probe would answer now. */
  readonly probes: { readonly [P in Probe]: ProbeRecord };
  /** Whether `drain()` or `close()` was called. */
  readonly draining: boolean;
  /** Every resource without its value, in the order of creation. */
  readonly resources: readonly ResourceRecord[];
  /** The expected names without a resource. */
  readonly missing: readonly string[];
  /** Every heartbeat. */
  readonly heartbeats: readonly { readonly name: string; readonly overdue: boolean }[];
  /** The state of this replica in its fleet. `undefined` without a fleet. */
  readonly fleet: FleetRecord | undefined;
}

/**
 * Creates the record of a health. It starts no load and sends no event.
 *
 * @internal
 */
export function healthSnapshotOf(registry: Registry): HealthSnapshot {
  const now = registry.now();
  const { readiness, liveness, startup } = registry.outcomes();
  const record = (outcome: typeof readiness): ProbeRecord =>
    Object.freeze({ ok: outcome === "ok", word: registry.words[outcome] });
  return Object.freeze({
    probes: Object.freeze({ readiness: record(readiness), liveness: record(liveness), startup: record(startup) }),
    draining: registry.waitBlockedBy() !== undefined,
    resources: Object.freeze(registry.resources.map((resource) => Object.freeze(recordOf(resource, now)))),
    missing: Object.freeze(registry.missing),
    heartbeats: Object.freeze(
      [...(registry.heartbeats?.all ?? [])].map(([name, { isOverdue }]) => Object.freeze({ name, overdue: isOverdue })),
    ),
    fleet: registry.part?.snapshot(),
  });
}
