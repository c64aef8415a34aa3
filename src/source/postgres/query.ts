import { invalidOption, propertyOf } from "../../option/invalid-option.ts";

/** A query: its text, or its text with values for `$1`, `$2`, … */
export type PostgresQuery = string | { readonly text: string; readonly values?: readonly unknown[] };

/** A query with its parts checked. */
export interface CheckedQuery {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** @throws TypeError with code HS_INVALID_OPTION unless it is a query */
export function checkQuery(option: string, given: PostgresQuery): CheckedQuery {
  const isText = typeof given === "string";
  const text = isText ? given : propertyOf(given, "text");
  const values = (isText ? undefined : propertyOf(given, "values")) ?? [];
  if (typeof text !== "string" || text.trim() === "" || !Array.isArray(values))
    return invalidOption(option, given, "a query as a string, or as { text, values } with an array of values");
  const list: readonly unknown[] = values;
  // Every client allows a semicolon at the end. It must be removed, because the text becomes a part of DECLARE … FOR.
  return { text: text.trim().replace(/(?:\s*;)+$/, ""), values: [...list] };
}

/** Returns the name of the queries. It contains a hash of their values instead of the values, which may be secret. */
export function identityOf(queries: readonly CheckedQuery[]): string {
  const text = queries.map((query) => query.text.replace(/\s+/g, " ")).join("; ");
  const values = queries.flatMap((query) => query.values);
  return `postgres:${text}${values.length === 0 ? "" : `#${hashOf(JSON.stringify(values, plain))}`}`;
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

/** FNV-1a in 32 bits. It distinguishes lists of values. It is not a cryptographic hash. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
