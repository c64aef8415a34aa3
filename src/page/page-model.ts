import type { Health } from "../handler/health.ts";
import type { HealthSnapshot } from "../handler/health-snapshot.ts";
import type { Registry } from "../health/registry.ts";
import type { Limits } from "../resource/limits.ts";
import type { ResourceRecord } from "../resource/snapshot.ts";
import type { Stretch, Timeline, TimelineEntry } from "./timeline.ts";

/** The limits of the page: the most resources, and the most lines of the timeline. */
const MOST_RESOURCES = 100;
const MOST_LINES = 30;

/** One resource, as the page shows it. */
export interface PageResource {
  readonly record: ResourceRecord;
  readonly limits: Limits | undefined;
  readonly stretches: readonly Stretch[];
}

/** Everything that the page shows at one moment. */
export interface PageModel {
  /** The time of the wall clock. */
  readonly now: number;
  readonly snapshot: HealthSnapshot;
  readonly resources: readonly PageResource[];
  /** The number of resources that are not shown. */
  readonly omitted: number;
  readonly lines: readonly TimelineEntry[];
  /** The number of timeline entries that are not shown. */
  readonly omittedLines: number;
}

/** Reads the model of the page. It starts no load and sends no event. */
export function readPage(health: Health, registry: Registry, timeline: Timeline): PageModel {
  const snapshot = health.snapshot();
  const limits = new Map(registry.resources.map((resource) => [resource.name, resource.limits]));
  const worstFirst = [...snapshot.resources].sort((one, other) => badness(one) - badness(other));
  const lines = timeline.entries();
  return {
    now: registry.clock.wall(),
    snapshot,
    resources: worstFirst.slice(0, MOST_RESOURCES).map((record) => ({
      record,
      limits: limits.get(record.name),
      stretches: timeline.stretches(record.name),
    })),
    omitted: Math.max(0, worstFirst.length - MOST_RESOURCES),
    lines: lines.slice(0, MOST_LINES),
    omittedLines: Math.max(0, lines.length - MOST_LINES),
  };
}

const ORDER = { NOT_LOADED: 0, LOADING: 1, STALE: 2, READY: 3 } as const;

/** The sort key of a resource. The worst resource has the smallest key: required ones first, then by state. */
function badness({ required, state }: ResourceRecord): number {
  return (required ? 0 : 10) + ORDER[state];
}
