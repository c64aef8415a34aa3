import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "@hono/node-server";
import type { Resource } from "health-state";
import { logTo, type LogEntry } from "health-state/log";
import { drainOnSignal } from "health-state/node";
import { startCurator } from "./curator.ts";
import { openLate, type Database } from "./db/database.ts";
import { openPgliteThread } from "./db/pglite-thread.ts";
import { migrate } from "./db/schema.ts";
import { curlLines } from "./demo/curl-lines.ts";
import { createProgressBar } from "./demo/progress.ts";
import { withFaults } from "./demo/faults.ts";
import { watchProbes } from "./demo/probe-watch.ts";
import { offThreadIndex } from "./index/off-thread.ts";
import type { MatchIndex } from "./index/match-index.ts";
import { createMatcher } from "./matcher.ts";
import { readSetting, type Setting } from "./setting.ts";

const startedAt = performance.now();
const say = (text: string): void =>
  console.log(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${text}`);
/** The same error again and again, while a database is away, is told once. */
let lastSaid = "";
const sayError = (error: unknown): void => {
  const text = error instanceof Error ? error.message || error.name : String(error);
  if (text !== lastSaid) say(`error: ${text}`);
  lastSaid = text;
};

function main(setting: Setting): void {
  const { databaseUrl, dataFolder, roles, maxStale } = setting;
  let restored = (): void => {};
  const isRestored = new Promise<void>((resolve) => (restored = resolve));
  const open = async (): Promise<Database> => {
    // Both databases need a processor while they open. So the store goes first.
    await isRestored;
    if (databaseUrl !== undefined) return (await import("./db/postgres.ts")).openPostgres(databaseUrl, sayError);
    return openPgliteThread(dataFolder);
  };
  const { database, faults } = withFaults(
    openLate(async () => {
      const opened = await open();
      // The curator's tables come before anybody's first query, so that no load finds half of them.
      if (!roles.curator) return opened;
      return migrate(opened).then(
        () => opened,
        async (error: unknown) => {
          await opened.close();
          throw error;
        },
      );
    }),
  );
  const matcher = createMatcher({
    database,
    roles,
    maxStale,
    refreshEvery: setting.refreshEvery,
    storePath: setting.storePath,
    loadNewest: databaseUrl === undefined ? undefined : offThreadIndex(),
    faults: setting.demo ? faults : undefined,
    onError: sayError,
  });
  const { health, index } = matcher;
  const writeLine = (entry: LogEntry): void => console.log(JSON.stringify(entry));
  logTo(health, { info: writeLine, warn: writeLine, error: writeLine });
  const pictureFolder = setting.pictureFolder ?? setting.drawnFolder;

  // Listening comes first: the probes answer from now on. The database is opened once the port is ours.
  const server = serve({ fetch: matcher.app.fetch, hostname: setting.host, port: setting.port }, ({ port }) => {
    const origin = `http://${setting.host.includes(":") ? `[${setting.host}]` : setting.host}:${port}`;
    say(`listening on ${origin}; ${databaseUrl === undefined ? "embedded database" : "database server"}`);
    const watch = watchProbes(origin, (line) => say(line));
    void untilRestored(setting.storePath === undefined ? undefined : index, health.drainSignal)
      // What was restored is READY at once, and the probes are told so before the database is opened.
      .then(() => index?.peek() && watch.ask())
      .then(restored);

    const curator = roles.curator
      ? startCurator({
          database,
          pictureFolder,
          drawsPictures: setting.pictureFolder === undefined,
          hashes: setting.hashes,
          onProgress: createProgressBar(process.stdout),
          // A hint does nothing while failed loads back off, and before the first build each load fails.
          onBuilt: () => void (index?.peek() ?? index?.reload().catch(sayError)),
          onError: sayError,
        })
      : undefined;

    health.start();
    void health.whenReady().then(async () => {
      await watch.ask();
      const size = index?.peek()?.build.size;
      const isRestored = index?.snapshot().lastRestore?.outcome === "restored";
      say(
        `READY${isRestored ? ", from the store," : ""}${size ? ` with ${size.pdq} pdq and ${size.md5} md5 signals` : ""}; slowest probe so far ${watch.slowestMs().toFixed(0)} ms`,
      );
      console.log("\nTry:\n");
      for (const line of await curlLines(origin, pictureFolder)) console.log(`  ${line}`);
      console.log(
        `\nOr open ${origin}/ or ${origin}/status/page in a browser; ${origin}/metrics is for Prometheus. Ctrl-C drains.\n`,
      );
    }, sayError);

    const drain = drainOnSignal(server, health, { delay: setting.drainDelay });
    void drain.done.then(async () => {
      watch.stop();
      curator?.stop();
      await database.close();
      say("drained");
    });
  });

  server.on("error", (error) => {
    sayError(error);
    process.exitCode = 1;
  });
}

/** Waits until the store has answered or a drain begins, and at most 10 s, because a disk may hang. */
async function untilRestored(index: Resource<MatchIndex> | undefined, drainSignal: AbortSignal): Promise<void> {
  if (!index) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      unsubscribe();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(end, 10_000);
    const unsubscribe = index.subscribe(({ type }) => type === "restore" && end());
    drainSignal.addEventListener("abort", end, { once: true });
  });
}

try {
  main(readSetting(process.env, process.argv.slice(2), dirname(dirname(fileURLToPath(import.meta.url)))));
} catch (error) {
  sayError(error);
  process.exitCode = 1;
}
