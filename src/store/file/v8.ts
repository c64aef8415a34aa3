import { deserialize, serialize } from "node:v8";
import type { Codec } from "../store.ts";

/**
 * Creates a codec that uses the structured clone of the runtime. It supports Map, Set, Date, bigint and typed arrays.
 * Class instances become plain objects, and functions cause an error. It only reads values that the same version of V8,
 * Bun or Deno wrote. So after its update, the first start has no saved value.
 *
 * @example
 * fileStore("data/index.lkg", { codec: v8() });
 */
export function v8<T>(): Codec<T> {
  const { bun, deno, v8: engine } = process.versions;
  return {
    name: `v8 ${bun ? `bun ${bun}` : deno ? `deno ${deno}` : engine}`,
    write: (value) => serialize(value),
    // SAFETY: the record says that this version wrote it, in this schema; `validate` looks at the value afterwards.
    read: (stored) => deserialize(stored) as T,
  };
}
