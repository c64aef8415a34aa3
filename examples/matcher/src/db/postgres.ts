import pg from "pg";
import { postgresHints } from "health-state/postgres";
import { BUILD_CHANNEL } from "./build-store.ts";
import type { Database, Parameter } from "./database.ts";

/** What to do with an error of a connection that nobody is using. */
export type OnIdleError = (error: Error) => void;

/**
 * A PostgreSQL server. A server that is away fails queries, after 5 s at the latest, and nothing else:
 * the pool connects anew by itself.
 */
export function openPostgres(url: string, onIdleError: OnIdleError): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    connectionTimeoutMillis: 5_000,
    query_timeout: 30_000,
    keepAlive: true,
  });
  // Without a listener, a server that goes away would end the process.
  pool.on("error", onIdleError);
  let closing: Promise<void> | undefined;
  return {
    async query<Row>(sql: string, parameters: readonly Parameter[] = []) {
      const result = await pool.query(sql, [...parameters]);
      // SAFETY: the caller names the row beside the SQL that selects it; the driver cannot know it.
      return result.rows as Row[];
    },
    // It keeps one of the four connections, to listen.
    onBuild: postgresHints(pool, BUILD_CHANNEL),
    close: () => (closing ??= pool.end()),
  };
}
