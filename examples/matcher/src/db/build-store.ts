import { SIGNAL_TYPES, type SignalType } from "../signal/signal-type.ts";
import type { Database } from "./database.ts";

/** One completed build of the index. */
export interface Build {
  readonly id: number;
  /** Names this build among those of all databases. */
  readonly revision: string;
  /** The change of the banks up to which it goes. */
  readonly builtTo: number;
  /** How many signals of each type are in it. */
  readonly size: Readonly<Record<SignalType, number>>;
}

/** Where each completed build is announced, by its revision. */
export const BUILD_CHANNEL = "matcher_build";

/** Where the newest completed build is found. */
const NEWEST = "from index_build where completed_at is not null order by id desc limit 1";

const IS_CHANGED = `(select n from revision) is distinct from (select built_to ${NEWEST})`;

/** Records in one part: about 800 kB for PDQ, a few tens of milliseconds to write or read. */
const PART_RECORDS = 20_000;

/** How many changes the banks have seen. */
export async function readRevision(database: Database): Promise<number> {
  const rows = await database.query<{ n: number }>("select n from revision");
  const row = rows[0];
  if (!row) throw new Error("the table revision is empty");
  return row.n;
}

/** The newest completed build, if there is one. */
export async function latestBuild(database: Database): Promise<Build | undefined> {
  const rows = await database.query<{
    id: number;
    built_to: number;
    md5_size: number;
    pdq_size: number;
    revision: string;
  }>(`select id, built_to, md5_size, pdq_size, (select name from revision) || '.' || id as revision ${NEWEST}`);
  const row = rows[0];
  return (
    row && {
      id: row.id,
      revision: row.revision,
      builtTo: row.built_to,
      size: { md5: row.md5_size, pdq: row.pdq_size },
    }
  );
}

/**
 * Packs every signal of the banks into parts, on the database's side, and records the build when all of
 * them are there. A change that is made meanwhile may be in it or not; it counts as not.
 *
 * @param pause called between parts; may throw to give up
 */
export async function recordBuild(database: Database, pause: () => Promise<void>): Promise<Build> {
  const build = await buildFrom(database, await beginBuild(database, "true"), pause);
  if (!build) throw new Error("the database gave the build no id");
  return build;
}

/**
 * The same, if the banks have changed since the newest build.
 *
 * The question and the beginning are one statement, so that no other build comes between them. A build that begins
 * later is newer than this one, even if it is completed first.
 */
export async function recordBuildIfChanged(database: Database, pause: () => Promise<void>): Promise<Build | undefined> {
  return buildFrom(database, await beginBuild(database, IS_CHANGED), pause);
}

/** Records a build without a single signal, as a publisher does by mistake whose export has failed. */
export async function recordEmptyBuild(database: Database): Promise<void> {
  // In one statement, so that no build of the curator takes it for one that was given up.
  const rows = await database.query<{ revision: string }>(
    `insert into index_build (built_to, completed_at) select n, now() from revision
    returning (select name from revision) || '.' || id as revision`,
  );
  await announce(database, rows[0]?.revision ?? "");
}

async function buildFrom(
  database: Database,
  begun: Pick<Build, "id" | "builtTo"> | undefined,
  pause: () => Promise<void>,
): Promise<Build | undefined> {
  if (!begun) return undefined;
  const { id, builtTo } = begun;
  const size = { md5: 0, pdq: 0 };
  for (const type of SIGNAL_TYPES) size[type] = await recordParts(database, id, type, pause);
  return { id, builtTo, size, revision: await complete(database, id, size) };
}

/** Completes the build, and tells every process that listens. @returns its revision */
async function complete(database: Database, id: number, size: Build["size"]): Promise<string> {
  const rows = await database.query<{ revision: string }>(
    `update index_build set md5_size = $2, pdq_size = $3, completed_at = now() where id = $1
    returning (select name from revision) || '.' || id as revision`,
    [id, size.md5, size.pdq],
  );
  const revision = rows[0]?.revision ?? "";
  await announce(database, revision);
  return revision;
}

async function announce(database: Database, revision: string): Promise<void> {
  // The message names the build, so that a process that has it does nothing.
  await database.query("select pg_notify($1, $2)", [BUILD_CHANNEL, revision]);
}

/** One part of a build's records of one type. @throws Error if the build has been cleared away */
export async function readPart(database: Database, build: number, type: SignalType, part: number): Promise<Uint8Array> {
  const rows = await database.query<{ data: Uint8Array }>(
    "select data from index_part where build_id = $1 and signal_type = $2 and part = $3",
    [build, type, part],
  );
  const row = rows[0];
  if (!row) throw new Error(`build ${build} of the index has no part ${part} of type ${type} (any more)`);
  return row.data;
}

/**
 * Keeps the newest build for its readers, and clears away what is older or was given up.
 *
 * @param condition as SQL
 * @returns `undefined` where the condition does not hold
 */
async function beginBuild(database: Database, condition: string): Promise<Pick<Build, "id" | "builtTo"> | undefined> {
  const rows = await database.query<{ id: number; built_to: number }>(
    `with gone as (delete from index_build where ${condition} and id is distinct from (select id ${NEWEST}))
    insert into index_build (built_to) select n from revision where ${condition} returning id, built_to`,
  );
  const row = rows[0];
  return row && { id: row.id, builtTo: row.built_to };
}

/** @returns how many records there are */
async function recordParts(
  database: Database,
  build: number,
  type: SignalType,
  pause: () => Promise<void>,
): Promise<number> {
  let size = 0;
  let after = 0;
  for (let part = 0; ; part++) {
    await pause();
    // `type` is also the name of its column. A record is the content's id, the bank's id, the signal.
    const rows = await database.query<{ last: number | null; n: number }>(
      `with page as (
          select id, bank_id, ${type} as signal from content
          where ${type} is not null and id > $3 order by id limit ${PART_RECORDS}
        ),
        packed as (
          insert into index_part (build_id, signal_type, part, data)
          select $1::int, '${type}', $2::int,
            string_agg(int4send(id) || int4send(bank_id) || signal, ''::bytea order by id)
          from page having count(*) > 0
        )
      select max(id) as last, count(*)::int as n from page`,
      [build, part, after],
    );
    const row = rows[0];
    if (!row || row.last === null) return size;
    size += row.n;
    after = row.last;
    if (row.n < PART_RECORDS) return size;
  }
}
