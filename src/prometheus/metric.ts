import type { MetricFact } from "../observe/metric.ts";
import type { MetricLike } from "./register.ts";

/** One figure, as prom-client's registry writes it. */
export interface MetricValue {
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
  /** The name of the line, where it is not that of the metric: a histogram has three. */
  readonly metricName?: string;
}

/** A metric that works its figures out when it is scraped. */
export interface RegisteredMetric extends MetricLike {
  /** The registry knows it by this. In the OpenMetrics form the registry cuts `_total` off. */
  readonly name: string;
}

type MetricType = "gauge" | "counter" | "histogram";

/** The name by the conventions of Prometheus: one prefix, base units, `_total` for what only grows. */
export function prometheusName({ name, unit }: MetricFact, type: MetricType): string {
  const suffix = (unit === "s" ? "_seconds" : "") + (type === "counter" ? "_total" : "");
  return `health_state_${name.replaceAll(".", "_")}${suffix}`;
}

/**
 * Creates a metric for prom-client's registry. No class of prom-client is needed, so this package needs no prom-client.
 *
 * @param read gives the figures, at each scrape
 * @param reset sets them back to 0
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
    // What prom-client's own cluster registry does with the figures of several workers.
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
