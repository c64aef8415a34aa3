/** The most values of a slider. */
export const HOW_MANY = 5;

/** Returns some values from the smallest to the largest. They include the current value. */
export function valuesOf(now: number, most: number, least = 1): readonly number[] {
  const top = Math.max(most, now, least + 1);
  const even = Array.from({ length: HOW_MANY - 1 }, (_, index) =>
    Math.round(least + ((top - least) * index) / (HOW_MANY - 2)),
  );
  return [...new Set([...even, now])].sort((one, other) => one - other);
}
