import type { Health } from "../handler/health.ts";
import { registryOf } from "../health/registry-of.ts";
import { createForgetting, createLookup, isEndedLoad } from "../observe/ended-load.ts";
import { GAUGE_NAMES, GAUGES, LOAD_DURATION, LOADS, SLOW_LOADS, type GaugeName } from "../observe/metric.ts";
import { checkSizes, readGauges, type Sample, type SizeFunctions } from "../observe/read-gauges.ts";
import { callSafely } from "../option/call-safely.ts";
import { checkOptions } from "../option/check-options.ts";
import { invalidOption, propertyOf } from "../option/invalid-option.ts";
import { LoadCounts } from "./load-counts.ts";
import { createMetric, type RegisteredMetric } from "./metric.ts";
import type { RegisterLike } from "./register.ts";

/** The options of `collect()`. */
export interface CollectOptions {
  /**
   * A function for each resource, by its name, that returns the size of its value. It is called at each scrape.
   * @default no size
   */
  readonly size?: SizeFunctions | undefined;
}

/**
 * Registers the metrics of a health in a registry of prom-client: state, age and limits of each resource, the three
 * probes, counts of loads by outcome, and a histogram of their durations. The names follow the conventions of
 * Prometheus. `docs/guide/metrics.md` lists them.
 *
 * The metrics are computed at each scrape, so probes do not become slower. The only labels are `resource`, `state`,
 * `outcome`, `heartbeat`, and `le` of the histogram. After `close()`, a resource disappears from the metrics.
 *
 * @param register `register` of prom-client, or your own `Registry`
 * @returns a function that removes the metrics
 * @throws TypeError if `health` is not a health, if `register` is not a registry, for a wrong option, or if the
 * registry has these metrics. An error of the registry itself is thrown as it is. Then no metric is left in it
 * @example
 * collect(health, register, { size: { rates: (value: Map<string, number>) => value.size } });
 */
export function collect(health: Health, register: RegisterLike, options: CollectOptions = {}): () => void {
  const registry = registryOf(health);
  for (const method of ["registerMetric", "getSingleMetric", "removeSingleMetric"])
    if (typeof propertyOf(register, method) !== "function")
      invalidOption("register", register, "a Registry of prom-client, such as its register");
  const sizes = checkSizes(checkOptions("collect()", options, ["size"], []).size);
  const counts = new LoadCounts();
  const forget = createForgetting(registry, [counts.byName]);
  const read = shareReading(() => {
    counts.keep(registry.resources.map(({ name }) => name));
    return byGauge(readGauges(health, registry, sizes));
  });
  const counted = (values: () => ReturnType<LoadCounts["slow"]>): (() => ReturnType<LoadCounts["slow"]>) => {
    return () => {
      read();
      return values();
    };
  };
  const reset = (): void => counts.reset();
  const made: readonly RegisteredMetric[] = [
    ...GAUGE_NAMES.map((gauge) => createMetric(GAUGES[gauge], "gauge", () => read().get(gauge) ?? [])),
    createMetric(
      LOADS,
      "counter",
      counted(() => counts.outcomes()),
      reset,
    ),
    createMetric(
      SLOW_LOADS,
      "counter",
      counted(() => counts.slow()),
      reset,
    ),
    createMetric(
      LOAD_DURATION,
      "histogram",
      (name) => {
        read();
        return counts.durations(name);
      },
      reset,
    ),
  ];
  // A registry in the OpenMetrics form changes the name of a counter, but still finds it by its old name.
  const metrics = made.map((metric) => ({ name: metric.name, metric }));
  for (const { name } of metrics)
    if (register.getSingleMetric(name) !== undefined)
      invalidOption("register", register, `a registry that has no metric ${name} yet`, "HS_NAME_TAKEN");
  const remove = (): void => {
    for (const { name, metric } of metrics)
      if (register.getSingleMetric(name) === metric) register.removeSingleMetric(name);
  };
  try {
    for (const { metric } of metrics) register.registerMetric(metric);
  } catch (error) {
    // All of them or none: what is left would be scraped for ever.
    callSafely(remove);
    throw error;
  }
  const resourceOf = createLookup(registry);
  const end = registry.subscribe((event) => {
    if (!isEndedLoad(event)) return;
    counts.add(event, resourceOf(event.name)?.limits);
    // Nobody may ever scrape.
    forget();
  }, "part");
  return () => {
    end();
    remove();
  };
}

/** A scrape reads all metrics one after the other. They share one reading, so that all samples have the same moment. */
function shareReading<T extends object>(read: () => T): () => T {
  let shared: T | undefined;
  return () => {
    if (shared) return shared;
    queueMicrotask(() => (shared = undefined));
    return (shared = read());
  };
}

function byGauge(samples: readonly Sample[]): ReadonlyMap<GaugeName, readonly Sample[]> {
  const groups = new Map<GaugeName, Sample[]>();
  for (const sample of samples) {
    const group = groups.get(sample.gauge);
    if (group) group.push(sample);
    else groups.set(sample.gauge, [sample]);
  }
  return groups;
}
