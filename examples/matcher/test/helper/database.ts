import { randomBytes } from "node:crypto";
import { type Database } from "../../src/db/database.ts";
import { openPglite } from "../../src/db/pglite.ts";
import { openPostgres } from "../../src/db/postgres.ts";
import { createCluster, postgresBinaries } from "./cluster.ts";

/** A database of one test file's own, with what undoes it. */
export interface TestDatabase {
  readonly database: Database;
  remove(): Promise<void>;
}

/** A kind of database to run the same tests on. */
export interface DatabaseKind {
  readonly name: string;
  /** Why it cannot be had here. */
  readonly missing: string | undefined;
  open(): Promise<TestDatabase>;
}

const binaries = postgresBinaries();
const url = process.env["DATABASE_URL"];

/** The embedded database, and a server: the one of `DATABASE_URL`, or one that the test starts. */
export const KINDS: readonly DatabaseKind[] = [
  {
    name: "embedded",
    missing: undefined,
    async open() {
      const database = await openPglite();
      return { database, remove: () => database.close() };
    },
  },
  {
    name: "server",
    missing: url || binaries ? undefined : "no DATABASE_URL, and neither initdb nor postgres is installed",
    open: () => (url ? openSchema(url) : openCluster(binaries ?? "")),
  },
];

/** Somebody's server: the test keeps to a schema of its own. */
async function openSchema(serverUrl: string): Promise<TestDatabase> {
  const schema = `matcher_test_${randomBytes(6).toString("hex")}`;
  const admin = openPostgres(serverUrl, () => {});
  await admin.query(`create schema ${schema}`);
  const own = new URL(serverUrl);
  own.searchParams.set("options", `-c search_path=${schema}`);
  const database = openPostgres(own.href, () => {});
  return {
    database,
    async remove() {
      await database.close();
      await admin.query(`drop schema ${schema} cascade`);
      await admin.close();
    },
  };
}

async function openCluster(folder: string): Promise<TestDatabase> {
  const cluster = await createCluster(folder);
  await cluster.start();
  const database = openPostgres(cluster.url, () => {});
  return {
    database,
    async remove() {
      await database.close();
      await cluster.remove();
    },
  };
}

/** A database that can be stopped: while it is, every query fails. */
export interface StoppableDatabase extends Database {
  stopped: boolean;
}

export function stoppable(database: Database): StoppableDatabase {
  const wrapped: StoppableDatabase = {
    stopped: false,
    query: (sql, parameters) =>
      wrapped.stopped ? Promise.reject(new Error("the database is stopped")) : database.query(sql, parameters),
    onBuild: database.onBuild,
    close: () => database.close(),
  };
  return wrapped;
}
