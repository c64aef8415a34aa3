import { toBytes, type ByteSize } from "../../option/byte-size.ts";
import { checkOptions } from "../../option/check-options.ts";
import { checkFunction, invalidOption } from "../../option/invalid-option.ts";
import type { LoadContext } from "../../resource/options.ts";
import { toLoaded, toUnchanged, type Loaded, type Unchanged } from "../../resource/outcome.ts";
import { callOption } from "../call-option.ts";
import { SourceError } from "../source-error.ts";
import { createTurns, type Turns } from "../turn.ts";
import type { VersionedLoader } from "../versioned-loader.ts";
import { knownClient, type KnownClient, type PostgresClientLike } from "./client.ts";
import { toFailure } from "./failure.ts";
import { readWithPool } from "./pg-pool.ts";
import { readWithPglite } from "./pglite.ts";
import { readWithPostgresJs } from "./postgres-js.ts";
import { checkQuery, identityOf, type PostgresQuery } from "./query.ts";
import { readRows, type Read, type Transaction } from "./transaction.ts";
import { isTorn } from "./torn.ts";
import { toVersionRow, type VersionRow } from "./version-row.ts";

/** The second argument of `parse`. */
export interface PostgresRowsNote {
  /** The first column of the version row, as text. */
  readonly revision: string;
  /** The version row, as PostgreSQL wrote it. */
  readonly version: Readonly<Record<string, string | null>>;
}

/** Options of `fromPostgres()`. */
export interface FromPostgresOptions<T, Row extends object = Record<string, unknown>> {
  /**
   * A query with one row. Its first column, of any type, is the revision. An optional column `as_of`, a timestamptz or
   * epoch ms, is the time at which the data was known to be correct. The query runs at each load, so it must be cheap.
   */
  readonly version: PostgresQuery;
  /** The query for the rows: a SELECT, VALUES or WITH … SELECT. It runs only if the revision has changed. */
  readonly query: PostgresQuery;
  /** Converts the rows of the client to the value. */
  readonly parse: (rows: Row[], note: PostgresRowsNote) => T | PromiseLike<T>;
  /**
   * Returns the time at which the data was known to be correct. It replaces the column `as_of`. It is also called for a
   * confirmed value. `false` ignores the column.
   */
  readonly asOf?: false | ((value: T, note: PostgresRowsNote) => Date | number | undefined);
  /**
   * The largest size of the values of all rows. If there are more, the load fails.
   * @default "64MiB"
   */
  readonly maxBytes?: ByteSize;
}

/** How many snapshots one load reads, if a table is truncated or replaced during each of them. */
const MOST_READS = 3;

// Loads of one client run one after the other, even for different resources.
const TURNS = new WeakMap<object, Turns>();

/**
 * Creates a loader for the rows of a PostgreSQL query. Each load is one transaction (REPEATABLE READ, READ ONLY). It
 * reads the version row first. It reads the rows only if the version is neither the current nor the rejected revision.
 *
 * Creating it only adds a listener for `error` to a `pg.Pool`. Loads of one client run one after the other. The server
 * ends a statement at `timeout` of the load. An abort closes the connection, except for PGlite. A load fails with a
 * `SourceError`, for example if the rows have more than `maxBytes` (64 MiB by default).
 *
 * @param client a `pg.Pool`, the result of `postgres()`, or a `PGlite`
 * @throws TypeError with code HS_INVALID_OPTION or HS_UNKNOWN_OPTION for a wrong client or option
 * @example
 * const index = health.resource("index", {
 *   load: fromPostgres(pool, {
 *     version: "select revision, now() as as_of from index_version",
 *     query: "select hash, bank from content",
 *     parse: (rows: { hash: string; bank: string }[]) => new Map(rows.map(({ hash, bank }) => [hash, bank])),
 *   }),
 *   refreshEvery: "30s",
 *   staleAfter: "65s",
 * });
 */
export function fromPostgres<T, Row extends object = Record<string, unknown>>(
  client: PostgresClientLike,
  options: FromPostgresOptions<T, Row>,
): VersionedLoader<T> {
  const read = readWith(knownClient("fromPostgres()", client));
  const given = checkOptions("fromPostgres()", options, ["asOf"], ["version", "query", "parse", "maxBytes"]);
  const version = checkQuery("version", given.version);
  const query = checkQuery("query", given.query);
  const { parse, asOf, maxBytes: most = "64MiB" } = given;
  checkFunction("parse", parse);
  if (asOf !== undefined && asOf !== false) checkFunction("asOf", asOf, "a function, or false");
  const maxBytes = toBytes("maxBytes", most);
  const turns = TURNS.get(client) ?? createTurns();
  TURNS.set(client, turns);

  const inSnapshot = async <R>(context: LoadContext, work: (transaction: Transaction) => Promise<R>): Promise<R> => {
    try {
      return await turns.run(context.signal, () => read(context, work));
    } catch (error) {
      // A failure after an abort is not a failure of the source.
      throw context.signal.aborted ? error : toFailure(error);
    }
  };

  const asOfOf = async (row: VersionRow, value: T | undefined): Promise<Date | number | undefined> => {
    if (asOf === false) return undefined;
    if (!asOf || value === undefined) return row.asOf;
    return callOption("parse", "asOf could not read the value", () => asOf(value, noteOf(row)));
  };

  /** Reads the version row, and also the rows if the version is new. Both come from the same snapshot. */
  const readWhole = async (context: LoadContext): Promise<{ row: VersionRow; rows?: object[] }> => {
    for (let reads = 0; reads < MOST_READS; reads++) {
      const found = await inSnapshot(context, async (transaction) => {
        const row = toVersionRow(await transaction.texts(version));
        if (row.revision === context.revision || row.revision === context.rejected) return { row };
        const rows = await readRows(transaction, query, context, maxBytes);
        return (await isTorn(transaction)) ? undefined : { row, rows };
      });
      if (found) return found;
    }
    throw new SourceError("moving", `a table was truncated or replaced during each of ${MOST_READS} readings`);
  };

  const load = async (context: LoadContext): Promise<Loaded<T> | Unchanged> => {
    const { row, rows } = await readWhole(context);
    if (row.revision === context.revision) {
      // SAFETY: `previous` is a value that this loader returned.
      return toUnchanged({ asOf: await asOfOf(row, context.previous as T | undefined) });
    }
    if (rows === undefined) return toUnchanged({ revision: row.revision });
    // SAFETY: no client can know the type of the rows. The caller declares it for the query.
    const value = await callOption("parse", "parse could not read the rows", () => parse(rows as Row[], noteOf(row)));
    return toLoaded(value, { revision: row.revision, asOf: await asOfOf(row, value) });
  };

  return Object.assign(load, {
    identity: identityOf([version, query]),
    version: async (context: LoadContext) => {
      const { revision, asOf: at } = await inSnapshot(context, async (transaction) =>
        toVersionRow(await transaction.texts(version)),
      );
      return { revision, asOf: asOf === false ? undefined : at };
    },
  });
}

function readWith(client: KnownClient): Read {
  switch (client.kind) {
    case "pg":
      return readWithPool(client.pool);
    case "postgres.js":
      return readWithPostgresJs(client.sql);
    case "pglite":
      return readWithPglite(client.pglite);
    default:
      return invalidOption("the client", client, "a pg.Pool, the result of postgres(), or a PGlite");
  }
}

function noteOf({ revision, row }: VersionRow): PostgresRowsNote {
  return { revision, version: row };
}
