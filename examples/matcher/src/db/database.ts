import type { SubscribeHints } from "health-state";

/** What a query may be given. */
export type Parameter = string | number | Uint8Array | readonly string[];

/** The little of PostgreSQL that the matcher needs; embedded and real servers speak it alike. */
export interface Database {
  /**
   * Runs one statement.
   *
   * @typeParam Row what the statement selects; the caller names it, next to the SQL
   */
  query<Row>(sql: string, parameters?: readonly Parameter[]): Promise<readonly Row[]>;
  /** Opens a channel that says when a build was recorded. */
  readonly onBuild: SubscribeHints;
  /** Ends every connection. Idempotent. */
  close(): Promise<void>;
}

/**
 * A database that opens with its first query, and tries again with the next one if that failed. So the
 * server can listen, and answer its probes, before the database is there.
 */
export function openLate(open: () => Promise<Database>): Database {
  let opening: Promise<Database> | undefined;
  let closed = false;

  const opened = (): Promise<Database> => {
    if (closed) return Promise.reject(new Error("the database is closed"));
    if (opening) return opening;
    const attempt = open();
    opening = attempt;
    attempt.catch(() => {
      if (opening === attempt) opening = undefined;
    });
    return attempt;
  };

  return {
    query: async <Row>(sql: string, parameters?: readonly Parameter[]) => (await opened()).query<Row>(sql, parameters),
    onBuild: async (hint, context) => (await opened()).onBuild(hint, context),
    async close() {
      closed = true;
      const database = await opening?.catch(() => undefined);
      await database?.close();
    },
  };
}
