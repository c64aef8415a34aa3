import type { LoadContext } from "../../resource/options.ts";
import { SourceError } from "../source-error.ts";
import type { CheckedQuery } from "./query.ts";
import { sizeOf } from "./row-size.ts";

/** A table. Each of its values is the text that PostgreSQL sent. */
export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** What each client can do inside of one read-only snapshot. */
export interface Transaction {
  /** Values as PostgreSQL wrote them: a Date would cut microseconds off, and a number would round a bigint. */
  texts(query: CheckedQuery): Promise<TextTable>;
  /** Rows as the client gives them to everybody. */
  rows(query: CheckedQuery): Promise<readonly object[]>;
}

/** What a transaction needs to know of the load that it is part of. */
export type Limits = Pick<LoadContext, "signal" | "deadline">;

/** Runs the work in one REPEATABLE READ, READ ONLY transaction. Settles when its connection is out of use. */
export type Read = <R>(limits: Limits, work: (transaction: Transaction) => Promise<R>) => Promise<R>;

/** One snapshot for every statement, and no writes. */
export const SNAPSHOT = "ISOLATION LEVEL REPEATABLE READ READ ONLY";

/** The most that `statement_timeout` takes, in ms. */
const MOST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * The time left for this load, in ms, as `statement_timeout` takes it. Where the deadline lies in the past, the load's
 * clock is another one (in a test) or the process stood still. A second is left then, and the abort ends the load.
 */
export function timeLeftMs(limits: Limits): number {
  const left = Math.ceil(limits.deadline - Date.now());
  return left > 0 ? Math.min(left, MOST_TIMEOUT_MS) : 1_000;
}

/**
 * The settings of the transaction. A role or a database may write dates in another style, which `as_of` could not be
 * read from, and a revision would depend on who asks.
 */
export function settingsOf(limits: Limits): Readonly<Record<string, string>> {
  return { statement_timeout: String(timeLeftMs(limits)), datestyle: "ISO" };
}

/** The settings as statements. */
export function setLocal(limits: Limits): string {
  const settings = Object.entries(settingsOf(limits));
  return settings.map(([name, value]) => `SET LOCAL ${name} = ${value}`).join("; ");
}

/** How many rows are asked for at a time. Between two batches an abort is seen and other work of the process goes on. */
const BATCH = 5_000;

/**
 * Reads the rows in batches and counts them.
 *
 * @throws SourceError of kind `too-large` as soon as there is more than `maxBytes`
 */
export async function readRows(
  transaction: Transaction,
  query: CheckedQuery,
  limits: Limits,
  maxBytes: number,
): Promise<object[]> {
  const all: object[] = [];
  let bytes = 0;
  // The time has moved on since the version was asked.
  await transaction.rows({ text: `SET LOCAL statement_timeout = ${timeLeftMs(limits)}`, values: [] });
  // All rows are wanted, so the planner must not look for the plan that gives the first ones soonest.
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
