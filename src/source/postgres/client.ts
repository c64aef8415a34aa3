import { invalidOption, propertyOf } from "../../option/invalid-option.ts";

/** The result of a query of the packages `pg` and PGlite. */
export interface PgResultLike {
  readonly rows: readonly unknown[];
  readonly fields: readonly { readonly name: string }[];
}

/** A query for the package `pg`. */
export interface PgQueryLike {
  text: string;
  values?: unknown[];
  rowMode?: "array";
  // This is a method, so that the types of `pg`, whose function has a parameter, are assignable.
  types?: { getTypeParser(): (value: string) => string };
}

/** A connection that a `pg.Pool` hands out. */
export interface PgConnectionLike {
  query(query: PgQueryLike): Promise<PgResultLike>;
  on(event: "error" | "end", listener: (error?: Error) => void): unknown;
  on(event: "notification", listener: (message: PgNotificationLike) => void): unknown;
  off(event: "error", listener: (error?: Error) => void): unknown;
  release(destroy?: boolean): void;
}

/** A notification that a connection of the package `pg` receives. */
export interface PgNotificationLike {
  readonly channel: string;
  readonly payload?: string | undefined;
}

/** A `Pool` of the package `pg`, or of one that follows it. */
export interface PgPoolLike {
  readonly totalCount: number;
  connect(callback: (error: Error | undefined, connection: PgConnectionLike | undefined) => void): void;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** Rows of the package `postgres`. Their values are the bytes that the server sent. */
export interface PostgresJsRawRowsLike extends ReadonlyArray<readonly (Uint8Array | null)[]> {
  readonly columns: readonly { readonly name: string }[];
}

/** A query of the package `postgres`. */
export interface PostgresJsQueryLike extends PromiseLike<readonly object[]> {
  raw(): PromiseLike<PostgresJsRawRowsLike>;
}

/** A transaction of the package `postgres`. */
export interface PostgresJsTransactionLike {
  unsafe(query: string, values?: never[]): PostgresJsQueryLike;
}

/** The result of `postgres()` of the package `postgres`. */
export interface PostgresJsLike extends PostgresJsTransactionLike {
  begin(options: string, work: (transaction: PostgresJsTransactionLike) => Promise<unknown>): Promise<unknown>;
  listen(
    channel: string,
    onNotify: (payload: string) => void,
    onListen?: () => void,
  ): Promise<{ unlisten(): Promise<void> }>;
  notify(channel: string, payload: string): PromiseLike<unknown>;
}

/** The options of a query of PGlite. */
export interface PgliteQueryOptionsLike {
  rowMode?: "array";
  parsers?: Record<number, (value: string) => unknown>;
}

/** A transaction of PGlite. */
export interface PgliteTransactionLike {
  query(query: string, values?: unknown[], options?: PgliteQueryOptionsLike): Promise<PgResultLike>;
  exec(query: string): Promise<unknown>;
}

/** A `PGlite` of the package `@electric-sql/pglite`. */
export interface PgliteLike {
  query(query: string, values?: unknown[]): Promise<PgResultLike>;
  transaction(work: (transaction: PgliteTransactionLike) => Promise<unknown>): Promise<unknown>;
  listen(channel: string, callback: (payload: string) => void): Promise<() => Promise<void>>;
}

/** A client for PostgreSQL: a `pg.Pool`, the result of `postgres()`, or a `PGlite`. */
export type PostgresClientLike = PgPoolLike | PostgresJsLike | PgliteLike;

/** A client and its kind. The kind is found by the methods of the client. */
export type KnownClient =
  | { readonly kind: "pg"; readonly pool: PgPoolLike }
  | { readonly kind: "postgres.js"; readonly sql: PostgresJsLike }
  | { readonly kind: "pglite"; readonly pglite: PgliteLike };

const ACCEPTED = "a Pool of the package pg, the result of postgres() of the package postgres, or a PGlite";

/**
 * Finds out which client it is.
 *
 * @param where the function that received the client, such as `fromPostgres()`, for the error
 * @throws TypeError with code HS_INVALID_OPTION for any other value, and for a single `pg.Client`
 */
export function knownClient(where: string, client: PostgresClientLike): KnownClient {
  const name = `the client of ${where}`;
  const isMethod = (method: string): boolean => typeof propertyOf(client, method) === "function";
  if (typeof client === "function" && isMethod("begin") && isMethod("unsafe"))
    return { kind: "postgres.js", sql: client };
  if (isMethod("connect") && typeof propertyOf(client, "totalCount") === "number")
    // SAFETY: only a pool connects and also counts its connections.
    return { kind: "pg", pool: client as PgPoolLike };
  if (isMethod("transaction") && isMethod("exec") && isMethod("listen"))
    // SAFETY: only PGlite has these three methods together.
    return { kind: "pglite", pglite: client as PgliteLike };
  if (isMethod("connect") && isMethod("query"))
    return invalidOption(
      name,
      client,
      "a Pool instead, because an aborted load closes its connection, and a Client has no other connection",
    );
  return invalidOption(name, client, ACCEPTED);
}
