const UNITS: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3_600, d: 86_400 };

/** Seconds of a duration such as `1m30s`, `500ms` or, with `bare`, a number of that unit; else `undefined`. */
export function secondsOf(text: unknown, bare?: "ms" | "s"): number | undefined {
  if (typeof text === "number") return bare === undefined ? undefined : text * (UNITS[bare] ?? 1);
  if (typeof text !== "string") return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return bare === undefined ? undefined : Number(text) * (UNITS[bare] ?? 1);
  if (!/^(\d+(\.\d+)?(us|ms|s|m|h|d))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h|d)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? "s"] ?? 1),
    0,
  );
}
