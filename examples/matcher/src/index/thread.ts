/** The program of the thread that `off-thread.ts` starts: it reads the newest build, and hands the index over as bytes. */
import { loaded, type LoadContext, type Loaded } from "health-state";
import { openPostgres } from "../db/postgres.ts";
import { toIndexBytes } from "./index-bytes.ts";
import { buildIndex, newestBuild } from "./load-index.ts";

export default async function load({ signal }: LoadContext): Promise<Loaded<Uint8Array>> {
  const database = openPostgres(process.env["DATABASE_URL"] ?? "", () => {});
  // Nobody else needs this thread, so its slices are whole parts.
  const giveUp = (): Promise<void> => {
    signal.throwIfAborted();
    return Promise.resolve();
  };
  try {
    const asOf = Date.now();
    const build = await newestBuild(database);
    return loaded(toIndexBytes(await buildIndex(database, build, giveUp)), { revision: build.revision, asOf });
  } finally {
    await database.close();
  }
}
