const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** Formats a span of time with at most two units. */
export function spanOf(ms: number): string {
  if (ms === Infinity) return "never";
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  let rest = Math.floor(ms / 1_000) * 1_000;
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    if (parts.length === 2) break;
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
    // The second unit must directly follow the first, because "1 d 5 s" is too precise.
    else if (parts.length > 0) break;
  }
  return parts.join(" ");
}

/** Formats an instant with its distance from now. */
export function momentOf(at: number, now: number): { readonly iso: string; readonly text: string } {
  const iso = new Date(at).toISOString();
  return { iso, text: at > now ? `in ${spanOf(at - now)}` : `${spanOf(now - at)} ago` };
}
