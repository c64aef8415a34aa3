/** The bytes for the main thread. */
export interface Parcel {
  /** The bytes. They begin at offset 0 of their buffer. */
  readonly bytes: Uint8Array;
  /** The buffers to transfer, so that the main thread copies nothing. */
  readonly transfer: readonly ArrayBuffer[];
}

/** The getters of the length. They throw for every other object, also for one with a forged tag. */
const LENGTHS = [ArrayBuffer, SharedArrayBuffer].map(
  ({ prototype }) => Object.getOwnPropertyDescriptor(prototype, "byteLength")?.get,
);

/**
 * Returns the bytes of the result of a loader: an `ArrayBuffer`, a `SharedArrayBuffer` or a view on one.
 *
 * A view on part of a buffer is copied in the loading thread, because other code may use the rest of the buffer.
 *
 * @throws Error with code HS_NOT_BYTES for another type
 * @throws Error of kind `too-large` for more than `maxBytes`
 */
export function toParcel(value: unknown, maxBytes: number): Parcel {
  const view = viewOf(value) ?? rejectType(value);
  if (view.byteLength > maxBytes)
    throw Object.assign(
      new Error(`the loader returned ${view.byteLength} bytes, and maxBytes is ${maxBytes}. Set a larger maxBytes.`),
      { name: "SourceError", code: "HS_SOURCE", kind: "too-large" },
    );
  const { buffer } = view;
  const isWhole = view.byteLength === buffer.byteLength;
  if (isShared(buffer)) return { bytes: isWhole ? view : view.slice(), transfer: [] };
  const own = isWhole ? view : view.slice();
  // SAFETY: a buffer that is not shared is an ArrayBuffer, and slice() returns one.
  return { bytes: own, transfer: [own.buffer as ArrayBuffer] };
}

function viewOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return isBuffer(value) ? new Uint8Array(value) : undefined;
}

function isBuffer(value: unknown): value is ArrayBuffer {
  return LENGTHS.some((lengthOf) => {
    try {
      return typeof lengthOf?.call(value) === "number";
    } catch {
      return false;
    }
  });
}

function isShared(buffer: ArrayBufferLike): boolean {
  return tagOf(buffer) === "[object SharedArrayBuffer]";
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}

function rejectType(value: unknown): never {
  const kind = tagOf(value).slice("[object ".length, -1);
  throw Object.assign(
    new Error(
      `the loader gave a value of kind ${kind}. Return bytes: an ArrayBuffer, a SharedArrayBuffer or a typed array. ` +
        "Receiving a Map of a million entries stops the main thread for more than a second. " +
        "Receiving the same data as bytes takes some milliseconds. packedMap() makes bytes of a map.",
    ),
    { code: "HS_NOT_BYTES" },
  );
}
