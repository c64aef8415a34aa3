import { isSlow, type EndedLoad } from "../observe/ended-load.ts";
import { DURATION_BOUNDS, OUTCOMES } from "../observe/metric.ts";
import type { Limits } from "../resource/limits.ts";
import type { LoadOutcome } from "../state/transition.ts";
import type { MetricValue } from "./metric.ts";

/** The counts of one resource. */
interface Counts {
  readonly outcomes: Record<LoadOutcome, number>;
  slow: number;
  /** The number of loads between each bound and the previous bound, and above the last bound. Not cumulative. */
  readonly buckets: number[];
  seconds: number;
}

const newCounts = (): Counts => ({
  outcomes: { loaded: 0, unchanged: 0, failed: 0, rejected: 0, "timed-out": 0 },
  slow: 0,
  buckets: Array.from({ length: DURATION_BOUNDS.length + 1 }, () => 0),
  seconds: 0,
});

/** Counts the loads of each resource. It forgets closed resources, so that the number of labels stays limited. */
export class LoadCounts {
  readonly byName: Map<string, Counts> = new Map();

  /** Counts a load that ended. */
  add(event: EndedLoad, limits: Limits | undefined): void {
    const counts = this.#of(event.name);
    const seconds = event.durationMs / 1_000;
    counts.outcomes[event.outcome]++;
    counts.seconds += seconds;
    const place = DURATION_BOUNDS.findIndex((bound) => seconds <= bound);
    const bucket = place < 0 ? DURATION_BOUNDS.length : place;
    counts.buckets[bucket] = (counts.buckets[bucket] ?? 0) + 1;
    if (isSlow(event, limits)) counts.slow++;
  }

  /** Sets every count back to 0. */
  reset(): void {
    this.byName.clear();
  }

  /** Forgets all other names. A resource without a load has counts of 0, so that its first failure is an increase. */
  keep(names: readonly string[]): void {
    const kept = new Set(names);
    for (const name of this.byName.keys()) if (!kept.has(name)) this.byName.delete(name);
    for (const name of names) this.#of(name);
  }

  outcomes(): readonly MetricValue[] {
    return [...this.byName].flatMap(([resource, { outcomes }]) =>
      OUTCOMES.map((outcome) => ({ value: outcomes[outcome], labels: { resource, outcome } })),
    );
  }

  slow(): readonly MetricValue[] {
    return [...this.byName].map(([resource, { slow }]) => ({ value: slow, labels: { resource } }));
  }

  /** The samples of a histogram: cumulative buckets, the sum and the count. */
  durations(name: string): readonly MetricValue[] {
    return [...this.byName].flatMap(([resource, { buckets, seconds }]) => {
      let below = 0;
      const lines = buckets.map((count, index) => {
        below += count;
        const le = index < DURATION_BOUNDS.length ? String(DURATION_BOUNDS[index]) : "+Inf";
        return { metricName: `${name}_bucket`, value: below, labels: { resource, le } };
      });
      return [
        ...lines,
        { metricName: `${name}_sum`, value: seconds, labels: { resource } },
        { metricName: `${name}_count`, value: below, labels: { resource } },
      ];
    });
  }

  #of(name: string): Counts {
    let counts = this.byName.get(name);
    if (!counts) this.byName.set(name, (counts = newCounts()));
    return counts;
  }
}
