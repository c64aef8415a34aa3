import { loaded, unchanged, type Loader } from "health-state";
import { bankNames } from "../db/bank-store.ts";
import { latestBuild, readPart, type Build } from "../db/build-store.ts";
import type { Database } from "../db/database.ts";
import type { SignalType } from "../signal/signal-type.ts";
import { createMatchIndex, type MatchIndex } from "./match-index.ts";
import { buildMd5Index } from "./md5-index.ts";
import { createPause } from "./pause.ts";
import { buildPdqIndex } from "./pdq-index.ts";
import { createRecordReader, type Records } from "./records.ts";

/**
 * The loader of the index: asks the database for its newest build, and loads it only if it is neither the one held
 * nor the one that was refused. Either way the database vouches for it as of the moment it was asked.
 *
 * @param now wall time in epoch ms
 * @param loadNewest what loads a new build; without it, this thread does so, in slices
 */
export function createIndexLoader(
  database: Database,
  now: () => number,
  loadNewest?: Loader<MatchIndex>,
): Loader<MatchIndex> {
  return async (context) => {
    const { revision: held, rejected, signal } = context;
    const asOf = now();
    const build = await newestBuild(database);
    const { revision } = build;
    if (revision === held || revision === rejected) return unchanged({ revision, asOf });
    if (loadNewest) return loadNewest(context);
    return loaded(await buildIndex(database, build, createPause(signal)), { revision, asOf });
  };
}

/** The newest completed build. @throws Error if there is none yet */
export async function newestBuild(database: Database): Promise<Build> {
  const build = await latestBuild(database);
  if (!build) throw new Error("no build of the index is recorded yet");
  return build;
}

/**
 * Reads the records of a build, and makes the index of them.
 *
 * @param pause called between slices; may throw to give up
 */
export async function buildIndex(database: Database, build: Build, pause: () => Promise<void>): Promise<MatchIndex> {
  const banks = await bankNames(database);
  const parts = {
    md5: await buildMd5Index(await readRecords(database, build, "md5", pause), pause),
    pdq: await buildPdqIndex(await readRecords(database, build, "pdq", pause), pause),
  };
  return createMatchIndex({ build, banks, parts });
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
