/** The assumed size of a number, a date or a boolean, in bytes. */
const PLAIN_BYTES = 8;

/** Returns about how many bytes the values of a row take. The object of the row itself does not count. */
export function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object") return PLAIN_BYTES;
  if (value === null || value instanceof Date) return PLAIN_BYTES;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  let bytes = 0;
  for (const part of Object.values(value)) bytes += sizeOf(part);
  return bytes;
}
