/** A span of time, in its two largest units: `1 h 5 min`, `2 min 20 s`, `0.4 s`. */
export function spanOf(seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  const whole = Math.round(seconds);
  const units = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
    [1, "s"],
  ] as const;
  let left = whole;
  const parts: string[] = [];
  let begun = -1;
  units.forEach(([length, unit], index) => {
    const count = Math.floor(left / length);
    left -= count * length;
    if (begun < 0 && count > 0) begun = index;
    if (begun >= 0 && index <= begun + 1 && count > 0) parts.push(`${count} ${unit}`);
  });
  return parts.join(" ");
}
