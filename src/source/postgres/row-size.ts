/** What a value takes that is neither text nor bytes: numbers, dates, booleans. */
const PLAIN_BYTES = 8;

/** About how many bytes the values of a row take; the row's own overhead in the runtime is left out. */
export function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object") return PLAIN_BYTES;
  if (value === null || value instanceof Date) return PLAIN_BYTES;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  let bytes = 0;
  for (const part of Object.values(value)) bytes += sizeOf(part);
  return bytes;
}
