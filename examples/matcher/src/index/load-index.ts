import { loaded, unchanged, type LoadContext, type Loaded, type Unchanged } from "health-state";
import { bankNames } from "../db/bank-store.ts";
import { latestBuild, readPart, type Build } from "../db/build-store.ts";
import type { Database } from "../db/database.ts";
import type { SignalType } from "../signal/signal-type.ts";
import { createMatchIndex, type MatchIndex } from "./match-index.ts";
import { buildMd5Index } from "./md5-index.ts";
import { createPause } from "./pause.ts";
import { buildPdqIndex } from "./pdq-index.ts";
import { createRecordReader, type Records } from "./records.ts";

/** What the library calls to have the index loaded. */
export type IndexLoader = (context: LoadContext<MatchIndex>) => Promise<Loaded<MatchIndex> | Unchanged>;

/**
 * The loader of the index: asks the database for its checkpoint, and loads only a build that is not the
 * one held. Either way the database vouches for it as of the moment it was asked.
 *
 * @param now wall time in epoch ms
 */
export function createIndexLoader(database: Database, now: () => number): IndexLoader {
  return async ({ previous, signal }) => {
    const asOf = now();
    const build = await latestBuild(database);
    if (!build) throw new Error("no build of the index is recorded yet");
    const revision = String(build.id);
    if (previous && previous.build.id === build.id) return unchanged({ revision, asOf });

    const pause = createPause(signal);
    const banks = await bankNames(database);
    const indexes = {
      md5: await buildMd5Index(await readRecords(database, build, "md5", pause), pause),
      pdq: await buildPdqIndex(await readRecords(database, build, "pdq", pause), pause),
    };
    return loaded(createMatchIndex(build, indexes, banks), { revision, asOf });
  };
}

async function readRecords(
  database: Database,
  build: Build,
  type: SignalType,
  pause: () => Promise<void>,
): Promise<Records> {
  const reader = createRecordReader(type, build.size[type]);
  for (let part = 0; reader.missing() > 0; part++) {
    await pause();
    reader.add(await readPart(database, build.id, type, part));
  }
  return reader.records;
}
