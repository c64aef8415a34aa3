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
  // A semicolon at the end is allowed by every client, and would stand inside of DECLARE … FOR.
  return { text: text.trim().replace(/(?:\s*;)+$/, ""), values: [...list] };
}

/** Names what the queries read, without their values, because those may be secret. */
export function identityOf(queries: readonly CheckedQuery[]): string {
  const text = queries.map((query) => query.text.replace(/\s+/g, " ")).join("; ");
  const values = queries.flatMap((query) => query.values);
  return `postgres:${text}${values.length === 0 ? "" : `#${hashOf(JSON.stringify(values, plain))}`}`;
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

/** FNV-1a in 32 bits: tells two sets of values apart, and is no secret's keeper. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
