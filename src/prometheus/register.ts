/** The part of a metric of prom-client that the registry uses. */
export interface MetricLike {
  /** Returns the current samples. */
  get(): Promise<unknown>;
  /** Sets counters back to 0. */
  reset(): void;
}

/** The part of prom-client's `Registry` that is used. */
export interface RegisterLike {
  /** Adds a metric. It throws if the name is in use. */
  registerMetric(metric: MetricLike): void;
  /** Finds a metric by its name. */
  getSingleMetric(name: string): unknown;
  /** Removes a metric by its name. */
  removeSingleMetric(name: string): void;
}
