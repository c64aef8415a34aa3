import { SourceError } from "../source-error.ts";
import type { PostgresJsLike, PostgresJsTransactionLike } from "./client.ts";
import { isConnectionLost } from "./failure.ts";
import type { CheckedQuery } from "./query.ts";
import { settingsOf, SNAPSHOT, type Limits, type Read, type TextTable, type Transaction } from "./transaction.ts";

/** Applies the settings of the transaction, and returns its process id and start, which identify it for `END`. */
const nameAndSet = (limits: Limits): string => {
  const settings = Object.entries(settingsOf(limits)).map(([name, value]) => `set_config('${name}', '${value}', true)`);
  return `select pg_backend_pid(), transaction_timestamp()::text, ${settings.join(", ")}`;
};

/** Ends a connection, but only if it is still in the identified transaction. */
const END = `select pg_terminate_backend(pid) from pg_stat_activity
  where pid = $1::text::int and xact_start::text = $2::text`;

/**
 * Reads with the package `postgres`. After an abort, another connection of the same client asks the server to end the
 * connection. `query.cancel()` is no alternative. It has an inner promise that nobody can handle, and the failure of
 * that promise would end the process.
 */
export function readWithPostgresJs(sql: PostgresJsLike): Read {
  return async <R>(limits: Limits, work: (transaction: Transaction) => Promise<R>): Promise<R> => {
    const { signal } = limits;
    const kept: { name?: readonly string[]; done?: { readonly result: R } } = {};
    const end = (): void => {
      if (kept.name) send(sql, { text: END, values: kept.name }).catch(ignore);
    };
    signal.addEventListener("abort", end, { once: true });
    try {
      await sql.begin(SNAPSHOT.toLowerCase(), async (raw) => {
        signal.throwIfAborted();
        const transaction = transactionOf(raw);
        const { rows } = await transaction.texts({ text: nameAndSet(limits), values: [] });
        kept.name = (rows[0] ?? []).slice(0, 2).map(String);
        signal.throwIfAborted();
        kept.done = { result: await work(transaction) };
      });
    } finally {
      signal.removeEventListener("abort", end);
    }
    if (!kept.done) throw new SourceError("protocol", "the transaction ended before the load had read its rows");
    return kept.done.result;
  };
}

function transactionOf(raw: PostgresJsTransactionLike): Transaction {
  return {
    texts: (query) => untilLost(textsOf(raw, query)),
    rows: (query) => untilLost(send(raw, query)),
  };
}

/**
 * Returns a promise that never settles if the connection is lost. In that case the client itself rejects `begin()`. If
 * the work rejected too, the client would send a ROLLBACK on the lost socket, and that error cannot be caught.
 */
function untilLost<R>(asked: Promise<R>): Promise<R> {
  return asked.catch((error: unknown) => {
    if (isConnectionLost(error)) return new Promise<never>(ignore);
    throw error;
  });
}

async function send(sql: PostgresJsTransactionLike, { text, values }: CheckedQuery): Promise<readonly object[]> {
  // SAFETY: the client accepts any value that it can convert. For any other value, the query fails.
  return sql.unsafe(text, [...values] as never[]);
}

async function textsOf(sql: PostgresJsTransactionLike, { text, values }: CheckedQuery): Promise<TextTable> {
  // SAFETY: as above.
  const rows = await sql.unsafe(text, [...values] as never[]).raw();
  const decoder = new TextDecoder();
  return {
    columns: rows.columns.map(({ name }) => name),
    rows: rows.map((row) => row.map((value) => (value === null ? null : decoder.decode(value)))),
  };
}

function ignore(): void {}
