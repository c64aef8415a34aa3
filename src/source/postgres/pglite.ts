import type { PgliteLike, PgliteTransactionLike } from "./client.ts";
import { SourceError } from "../source-error.ts";
import { setLocal, SNAPSHOT, type Limits, type Read, type Transaction } from "./transaction.ts";

/** The numbers of the types whose values PGlite would convert to numbers, bigints, dates, booleans or bytes. */
const PARSED = [16, 17, 20, 21, 23, 26, 114, 700, 701, 1082, 1114, 1184, 1700, 3802];

const AS_TEXT = Object.fromEntries(PARSED.map((oid) => [oid, String]));

/**
 * Reads with PGlite, which runs in this process. A running statement cannot be cancelled. So an abort takes effect when
 * the statement has ended, and only then may the next load start.
 */
export function readWithPglite(pglite: PgliteLike): Read {
  return async <R>(limits: Limits, work: (transaction: Transaction) => Promise<R>): Promise<R> => {
    const kept: { done?: { readonly result: R } } = {};
    await pglite.transaction(async (raw) => {
      limits.signal.throwIfAborted();
      await raw.exec(`SET TRANSACTION ${SNAPSHOT}; ${setLocal(limits)}`);
      const result = await work(transactionOf(raw));
      limits.signal.throwIfAborted();
      kept.done = { result };
    });
    if (!kept.done) throw new SourceError("protocol", "the transaction ended before the load had read its rows");
    return kept.done.result;
  };
}

function transactionOf(raw: PgliteTransactionLike): Transaction {
  return {
    async texts({ text, values }) {
      const { fields, rows } = await raw.query(text, [...values], { rowMode: "array", parsers: AS_TEXT });
      // SAFETY: with `rowMode`, each row is an array.
      const table = rows as readonly (readonly unknown[])[];
      return {
        columns: fields.map(({ name }) => name),
        rows: table.map((row) => row.map(toText)),
      };
    },
    async rows({ text, values }) {
      const { rows } = await raw.query(text, [...values]);
      // SAFETY: without `rowMode` each row is an object.
      return rows as object[];
    },
  };
}

/**
 * Returns the text of a value. PGlite parses the values of some other types, such as arrays. Their JSON is the text.
 */
function toText(value: unknown): string | null {
  return value === null || typeof value === "string" ? value : JSON.stringify(value);
}
