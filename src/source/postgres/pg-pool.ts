import type { PgConnectionLike, PgPoolLike, PgQueryLike, PgResultLike } from "./client.ts";
import type { CheckedQuery } from "./query.ts";
import { setLocal, SNAPSHOT, type Read, type Transaction } from "./transaction.ts";

const heard = new WeakSet<object>();

/**
 * Adds a listener for `error` to a pool, once. Without a listener, the loss of an idle connection would end the
 * process. Call it as soon as the pool is passed in, because other code may use the pool before the first load.
 */
export function hearErrors(pool: PgPoolLike): void {
  if (!heard.has(pool)) pool.on("error", ignore);
  heard.add(pool);
}

/**
 * Returns a connection of the pool. While it is in use, it needs its own listener for `error`. Only a callback can add
 * it in time. A promise resolves later, and an error could arrive before that.
 */
export function connectionOf(pool: PgPoolLike): Promise<PgConnectionLike> {
  return new Promise((resolve, reject) => {
    pool.connect((error, connection) => {
      if (!connection) return reject(error ?? new Error("the pool returned no connection"));
      connection.on("error", ignore);
      resolve(connection);
    });
  });
}

/**
 * Returns a working connection to its pool. Do not call it for a destroyed connection. That one needs its listener,
 * because its socket may still fail.
 */
export function giveBack(connection: PgConnectionLike): void {
  connection.off("error", ignore);
  connection.release();
}

/** Reads with a `pg.Pool`. An abort destroys the connection, and so does a failure. */
export function readWithPool(pool: PgPoolLike): Read {
  hearErrors(pool);
  return async (limits, work) => {
    const { signal } = limits;
    const connection = await connectionOf(pool);
    if (signal.aborted) {
      giveBack(connection);
      signal.throwIfAborted();
    }
    let destroyed = false;
    const destroy = (): void => {
      if (destroyed) return;
      destroyed = true;
      connection.release(true);
    };
    signal.addEventListener("abort", destroy, { once: true });
    try {
      await connection.query({ text: `BEGIN ${SNAPSHOT}; ${setLocal(limits)}` });
      const result = await work(transactionOf(connection));
      await connection.query({ text: "COMMIT" });
      if (!destroyed) giveBack(connection);
      return result;
    } catch (error) {
      destroy();
      throw error;
    } finally {
      signal.removeEventListener("abort", destroy);
    }
  };
}

function transactionOf(connection: PgConnectionLike): Transaction {
  const ask = (query: CheckedQuery, form: Partial<PgQueryLike>): Promise<PgResultLike> =>
    connection.query({ text: query.text, ...(query.values.length > 0 && { values: [...query.values] }), ...form });
  return {
    async texts(query) {
      const { fields, rows } = await ask(query, { rowMode: "array", types: { getTypeParser: () => String } });
      // SAFETY: with `rowMode`, each row is an array, and the parser returns the text of each value unchanged.
      return { columns: fields.map(({ name }) => name), rows: rows as (string | null)[][] };
    },
    async rows(query) {
      const { rows } = await ask(query, {});
      // SAFETY: without `rowMode` each row is an object.
      return rows as object[];
    },
  };
}

function ignore(): void {}
