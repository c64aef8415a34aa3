/** As much of a metric of prom-client as its registry asks for. */
export interface MetricLike {
  /** Returns the figures of this moment. */
  get(): Promise<unknown>;
  /** Sets counters back to 0. */
  reset(): void;
}

/** The part of prom-client's `Registry` that is used. */
export interface RegisterLike {
  /** Takes a metric; it throws if the name is taken. */
  registerMetric(metric: MetricLike): void;
  /** Finds a metric by its name. */
  getSingleMetric(name: string): unknown;
  /** Removes a metric by its name. */
  removeSingleMetric(name: string): void;
}
