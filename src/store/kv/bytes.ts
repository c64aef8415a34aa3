import { bytes as plainBytes } from "../bytes.ts";
import type { Conversion } from "../json.ts";
import type { Codec } from "../store.ts";

/**
 * Creates a codec for values that are bytes, or that a conversion turns into bytes. It writes base64, because many
 * key-value storages accept only text. `read` receives bytes at offset 0 of their own buffer.
 *
 * The name of the codec is `base64`. Change `schema` of the store when the meaning of the bytes changes.
 *
 * @example
 * bytes({ write: (index: Index) => index.bytes, read: (bytes) => new Index(bytes) });
 */
export function bytes(): Codec<Uint8Array>;
/**
 * Creates a codec for values that a conversion turns into bytes. It writes base64.
 *
 * @throws TypeError for a wrong conversion
 */
export function bytes<T>(conversion: Conversion<T, Uint8Array>): Codec<T>;
export function bytes<T>(conversion?: Conversion<T, Uint8Array>): Codec<T> | Codec<Uint8Array> {
  return conversion === undefined ? inBase64(plainBytes()) : inBase64(plainBytes(conversion));
}

function inBase64<T>({ write, read }: Codec<T>): Codec<T> {
  return {
    name: "base64",
    async write(value) {
      const plain = await write(value);
      let text = "";
      // In pieces, because a function takes only so many arguments.
      for (let at = 0; at < plain.length; at += 8_192) text += String.fromCharCode(...plain.subarray(at, at + 8_192));
      return new TextEncoder().encode(btoa(text));
    },
    read: (stored) => read(Uint8Array.from(atob(new TextDecoder().decode(stored)), (one) => one.charCodeAt(0))),
  };
}
