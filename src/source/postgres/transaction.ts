import type { LoadContext } from "../../resource/options.ts";
import { SourceError } from "../source-error.ts";
import type { CheckedQuery } from "./query.ts";
import { sizeOf } from "./row-size.ts";

/** A table. Each of its values is the text that PostgreSQL sent. */
export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** The operations of each client in one read-only snapshot. */
export interface Transaction {
  /**
   * Returns each value as the text of PostgreSQL. A Date would lose microseconds, and a number would round a bigint.
   */
  texts(query: CheckedQuery): Promise<TextTable>;
  /** Returns rows as the client usually returns them. */
  rows(query: CheckedQuery): Promise<readonly object[]>;
}

/** The parts of the load context that a transaction uses. */
export type Limits = Pick<LoadContext, "signal" | "deadline">;

/** Runs the work in one REPEATABLE READ, READ ONLY transaction. Settles when the connection is no longer in use. */
export type Read = <R>(limits: Limits, work: (transaction: Transaction) => Promise<R>) => Promise<R>;

/** The mode of the transaction: one snapshot for all statements, and no writes. */
export const SNAPSHOT = "ISOLATION LEVEL REPEATABLE READ READ ONLY";

/** The largest value of `statement_timeout`, in ms. */
const MOST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Returns the remaining time of this load for `statement_timeout`, in ms. A deadline in the past means that the load
 * uses another clock (in a test), or that the process was suspended. Then it returns one second, and the abort ends the
 * load.
 */
export function timeLeftMs(limits: Limits): number {
  const left = Math.ceil(limits.deadline - Date.now());
  return left > 0 ? Math.min(left, MOST_TIMEOUT_MS) : 1_000;
}

/**
 * Returns the settings of the transaction. A role or a database may have another `datestyle`. Then `as_of` could not be
 * parsed, and the text of a revision could depend on the role.
 */
export function settingsOf(limits: Limits): Readonly<Record<string, string>> {
  return { statement_timeout: String(timeLeftMs(limits)), datestyle: "ISO" };
}

/** The settings as statements. */
export function setLocal(limits: Limits): string {
  const settings = Object.entries(settingsOf(limits));
  return settings.map(([name, value]) => `SET LOCAL ${name} = ${value}`).join("; ");
}

/** The number of rows in a batch. Between two batches, an abort takes effect, and other work of the process runs. */
const BATCH = 5_000;

/**
 * Reads the rows in batches and counts them.
 *
 * @throws SourceError of kind `too-large` as soon as the rows have more than `maxBytes`
 */
export async function readRows(
  transaction: Transaction,
  query: CheckedQuery,
  limits: Limits,
  maxBytes: number,
): Promise<object[]> {
  const all: object[] = [];
  let bytes = 0;
  // The query for the version took time, so less time is left now.
  await transaction.rows({ text: `SET LOCAL statement_timeout = ${timeLeftMs(limits)}`, values: [] });
  // All rows are needed. By default, PostgreSQL plans a cursor so that the first rows come early.
  await transaction.rows({ text: "SET LOCAL cursor_tuple_fraction = 1", values: [] });
  await transaction.rows({ text: `DECLARE health_state NO SCROLL CURSOR FOR ${query.text}`, values: query.values });
  for (;;) {
    limits.signal.throwIfAborted();
    const batch = await transaction.rows({ text: `FETCH FORWARD ${BATCH} FROM health_state`, values: [] });
    for (const row of batch) {
      bytes += sizeOf(row);
      all.push(row);
    }
    if (bytes > maxBytes)
      throw new SourceError(
        "too-large",
        `the rows are larger than maxBytes, ${maxBytes} bytes, after ${all.length} rows`,
      );
    if (batch.length < BATCH) return all;
  }
}
