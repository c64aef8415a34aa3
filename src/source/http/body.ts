import type { ByteArray } from "../../option/byte-array.ts";
import { SourceError } from "../source-error.ts";
import { broken, failure } from "./identity.ts";
import type { Answer, HttpSource } from "./http-source.ts";

/** Returns one part after the other, and `undefined` at the end. */
export type ReadPart = () => Promise<Uint8Array | undefined>;

/**
 * Reads a body in parts: bytes are counted after decoding, and each part has its deadline.
 *
 * @throws SourceError for a body that is missing, or announced as too large
 */
export function partsOf(
  { response, headers, url, bounds }: Answer,
  { maxBytes, idleMs }: HttpSource<unknown>,
): ReadPart {
  const tooLarge = (): Error => failure("too-large", url, `has more than the ${maxBytes} bytes of maxBytes`);
  const late = (): Error => failure("timeout", url, `was silent for ${idleMs} ms in the middle of its body`);
  // A `content-length` that is too large is enough to reject, unless it is the compressed length.
  if (!headers.has("content-encoding") && Number(headers.get("content-length")) > maxBytes) throw tooLarge();
  const reader = response.body?.getReader();
  if (!reader) throw failure("empty", url, "has no body");
  let bytes = 0;
  return async () => {
    try {
      const { done, value } = await bounds.within(reader.read(), idleMs, late);
      if (done && !bytes) throw failure("empty", url, "has an empty body");
      if (done) return undefined;
      // A `fetch` of the user may stream texts. They have no length in bytes.
      if (value?.BYTES_PER_ELEMENT !== 1) throw failure("protocol", url, "has a body that is not bytes");
      bytes += value.byteLength;
      if (bytes > maxBytes) throw tooLarge();
      return value;
    } catch (error) {
      reader.cancel().catch(() => {});
      throw error instanceof SourceError ? error : broken("incomplete", url, "broke off in its body", error);
    }
  };
}

/** The first size of the buffer, in bytes. */
const FIRST_BYTES = 65_536;

/**
 * The whole body. Each part is copied at once, because it is a view of a larger buffer of the connection, and keeps
 * that buffer in memory. A list of one-byte chunks would take a hundred times their size.
 */
export async function readAll(read: ReadPart): Promise<ByteArray> {
  let whole = new Uint8Array(FIRST_BYTES);
  let length = 0;
  for (let part = await read(); part; part = await read()) {
    const before = whole;
    const end = length + part.byteLength;
    // Twice as much each time. Memory that is not written to costs nothing.
    if (end > before.length) (whole = new Uint8Array(end * 2)).set(before);
    whole.set(part, length);
    length = end;
  }
  return whole.slice(0, length);
}

/** The body as a stream, and whether it was read to its end. */
export function streamOf(read: ReadPart): {
  readonly stream: ReadableStream<Uint8Array>;
  readonly isRead: () => boolean;
} {
  let ended = false;
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const part = await read();
        ended = !part;
        if (part) controller.enqueue(part);
        else controller.close();
      },
    },
    // Nothing is read before the consumer asks for it.
    { highWaterMark: 0 },
  );
  return { stream, isRead: () => ended };
}
