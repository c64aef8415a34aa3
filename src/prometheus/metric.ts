import type { MetricFact } from "../observe/metric.ts";
import type { MetricLike } from "./register.ts";

/** One sample in the form that the registry of prom-client reads. */
export interface MetricValue {
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
  /** The name of the sample, if it differs from the name of the metric. A histogram has three names. */
  readonly metricName?: string;
}

/** A metric that computes its samples at each scrape. */
export interface RegisteredMetric extends MetricLike {
  /** The name in the registry. In the OpenMetrics form, the registry removes `_total` from it. */
  readonly name: string;
}

type MetricType = "gauge" | "counter" | "histogram";

/** Returns the name by the conventions of Prometheus: one prefix, base units, and `_total` for a counter. */
export function prometheusName({ name, unit }: MetricFact, type: MetricType): string {
  const suffix = (unit === "s" ? "_seconds" : "") + (type === "counter" ? "_total" : "");
  return `health_state_${name.replaceAll(".", "_")}${suffix}`;
}

/**
 * Creates a metric for the registry of prom-client. It uses no class of prom-client, so this package needs no
 * prom-client.
 *
 * @param read returns the samples, at each scrape
 * @param reset sets the samples back to 0
 */
export function createMetric(
  fact: MetricFact,
  type: MetricType,
  read: (name: string) => readonly MetricValue[],
  reset: () => void = () => {},
): RegisteredMetric {
  const name = prometheusName(fact, type);
  const metric = {
    name,
    help: fact.help,
    type,
    // The cluster registry of prom-client combines the samples of several workers with this function.
    aggregator: type === "gauge" ? "max" : "sum",
    reset,
    get: () =>
      Promise.resolve({
        name: metric.name,
        help: metric.help,
        type,
        aggregator: metric.aggregator,
        values: read(name),
      }),
  };
  return metric;
}
