import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { postgresHints } from "health-state/postgres";
import { BUILD_CHANNEL } from "./build-store.ts";
import type { Database, Parameter } from "./database.ts";

/** The type number of `bytea` in PostgreSQL's catalogue. */
const BYTEA = 17;

/**
 * PostgreSQL inside this process: nothing to install, one process per folder.
 *
 * @param folder where the data lives; without it, in memory
 */
export async function openPglite(folder?: string): Promise<Database> {
  if (folder !== undefined) await mkdir(dirname(folder), { recursive: true });
  const pglite = await PGlite.create({
    ...(folder === undefined ? {} : { dataDir: folder }),
    // A crash may cost the last writes, never the folder; a bank that is filled again costs little.
    relaxedDurability: true,
    // Twelve times as fast as the driver's own, for the index's parts of a megabyte.
    parsers: { [BYTEA]: (text: string) => Buffer.from(text.slice(2), "hex") },
  });
  return {
    async query<Row>(sql: string, parameters: readonly Parameter[] = []) {
      const result = await pglite.query<Row>(sql, [...parameters]);
      return result.rows;
    },
    onBuild: postgresHints(pglite, BUILD_CHANNEL),
    async close() {
      if (!pglite.closed) await pglite.close();
    },
  };
}
