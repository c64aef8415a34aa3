import { checkOptions } from "../option/check-options.ts";
import { checkFunction, toSafeText } from "../option/invalid-option.ts";
import { StoreError, type Codec } from "./store.ts";

/** Two functions that convert a value and convert it back. */
export interface Conversion<T, S> {
  /** Converts the value. */
  readonly write: (value: T) => S;
  /** Converts it back to the value. */
  readonly read: (stored: S) => T;
}

/**
 * Creates a codec for JSON. Without a conversion, the value may contain objects, arrays, strings, finite numbers,
 * booleans and null. A save fails for a Map, Set, Date, bigint, typed array or class instance, because JSON would not
 * restore it.
 *
 * The name of the codec is `json`. Change `schema` of the store when the conversion changes.
 *
 * @example
 * json({ write: (map: Map<string, number>) => [...map], read: (rows) => new Map(rows) });
 */
export function json(): Codec<ReturnType<JSON["parse"]>>;
/** Creates a codec for JSON, with a conversion to JSON and back. @throws TypeError for a wrong conversion */
export function json<T, S = T>(conversion?: Conversion<T, S>): Codec<T>;
export function json<T, S = T>(conversion?: Conversion<T, S>): Codec<T> {
  const convert = conversion === undefined ? undefined : checkOptions("json()", conversion, [], ["read", "write"]);
  if (convert) {
    checkFunction("json's write", convert.write);
    checkFunction("json's read", convert.read);
  }
  return {
    name: "json",
    write(value) {
      const plain: unknown = convert ? convert.write(value) : value;
      const lost = lossIn(plain, "", []);
      if (lost !== undefined)
        throw new StoreError(`JSON cannot restore ${lost}. Pass a conversion to json(): { write, read }.`);
      return new TextEncoder().encode(JSON.stringify(plain));
    },
    read(bytes) {
      const plain: unknown = JSON.parse(new TextDecoder().decode(bytes));
      // SAFETY: the record says that this codec wrote it, in this schema; `validate` looks at the value afterwards.
      return convert ? convert.read(plain as S) : (plain as T);
    },
  };
}

/**
 * The first thing that JSON would lose or change, and where; `undefined` if there is none.
 *
 * @param above the objects that hold the value; each call leaves the list as it was
 */
function lossIn(value: unknown, path: string, above: object[]): string | undefined {
  const here = (what: string): string => `${what} at ${toSafeText(path || "the top")}`;
  if (value === null || typeof value === "string" || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : here(String(value));
  if (typeof value !== "object") return here(value === undefined ? "undefined" : `a ${typeof value}`);
  if (above.includes(value)) return here("a circle");
  above.push(value);
  const lost = Array.isArray(value) ? lossInList(value, path, above) : lossInObject(value, path, above, here);
  above.pop();
  return lost;
}

function lossInList(list: readonly unknown[], path: string, above: object[]): string | undefined {
  // By index, because `forEach()` would skip a hole.
  for (let at = 0; at < list.length; at++) {
    const part = list[at];
    const lost = typeof part === "string" ? undefined : lossIn(part, `${path}[${at}]`, above);
    if (lost !== undefined) return lost;
  }
  return undefined;
}

function lossInObject(
  value: object,
  path: string,
  above: object[],
  here: (what: string) => string,
): string | undefined {
  const kind: unknown = Object.getPrototypeOf(value);
  // Object.prototype of any realm has no prototype.
  if (kind !== null && Object.getPrototypeOf(kind) !== null)
    return here(`a ${toSafeText(value.constructor?.name || "class instance")}`);
  for (const [name, part] of Object.entries(value)) {
    // A property that is undefined is left out, and reads as undefined again.
    const lost = part === undefined || typeof part === "string" ? undefined : lossIn(part, `${path}.${name}`, above);
    if (lost !== undefined) return lost;
  }
  return undefined;
}
