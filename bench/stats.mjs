/** The value below which the share `q` of the samples lie, between neighbours where it falls between. */
export function quantile(samples, q) {
  const sorted = [...samples].sort((one, other) => one - other);
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  return sorted[low] + (sorted[Math.ceil(at)] - sorted[low]) * (at - low);
}

/** Median and the middle half: on a machine that others use, the mean says more about them than about us. */
export function summary(samples) {
  return { median: quantile(samples, 0.5), low: quantile(samples, 0.25), high: quantile(samples, 0.75) };
}

/** One row of the results. `reach` is `["<=", 1.03]`, or nothing where a figure only informs. */
export function row(id, measure, against, samples, unit, reach, note = "") {
  const list = Array.isArray(samples) ? samples : [samples];
  const { median, low, high } = summary(list);
  return { id, measure, against, median, low, high, rounds: list.length, unit, reach, note };
}

/** Whether a row reaches what it should; `undefined` where it only informs. */
export function reached({ median, reach }) {
  if (!reach) return undefined;
  const [how, limit] = reach;
  return how === "<=" ? median <= limit : median < limit;
}

/** A row that could not be measured here, and why. */
export const skipped = (id, reason) => ({ id, skipped: reason });
