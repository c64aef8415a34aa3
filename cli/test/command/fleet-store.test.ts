import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fleetSchema } from "../../../src/source/postgres/index.ts";
import { ROOT } from "../../../test/repo/tree.ts";
import { postgresBinaries, startCluster } from "../../../test/source/kit/cluster.ts";
import { missingPackages } from "../../../test/source/kit/packages.ts";
import { SERVER_KINDS } from "../../../test/source/kit/postgres-client.ts";
import { freePort } from "../../../test/source/kit/process.ts";
import { redisProgram, startRedis } from "../../../test/source/kit/redis-server.ts";

const isBuilt = existsSync(join(ROOT, "cli/dist/main.js")) && existsSync(join(ROOT, "dist/src/fleet/index.js"));
const why = missingPackages ?? (isBuilt ? undefined : "dist is not built: run npm run build");
const noRedis = why ?? (redisProgram ? undefined : "redis-server is not installed");
const binaries = postgresBinaries();
const noPostgres = why ?? (binaries === undefined ? "PostgreSQL is not installed" : undefined);
for (const reason of new Set([noRedis, noPostgres])) if (reason) console.log(`skipped on real stores: ${reason}`);

/** The command gives up by itself long before. This only ends a command that hangs. */
const PATIENCE_MS = 120_000;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A folder in which the built command finds one client alone. */
function folderWith(client: string): string {
  const folder = mkdtempSync(join(tmpdir(), "health-state-command-"));
  const modules = join(folder, "node_modules");
  for (const [name, from] of Object.entries({ "health-state": ROOT, "health-state-cli": join(ROOT, "cli") }))
    for (const part of ["package.json", "dist"])
      cpSync(join(from, part), join(modules, name, part), { recursive: true });
  mkdirSync(modules, { recursive: true });
  symlinkSync(join(ROOT, "node_modules/yaml"), join(modules, "yaml"));
  symlinkSync(join(ROOT, "tools/databases/node_modules", client), join(modules, client));
  return folder;
}

/** Runs a line of a shell. In it, $COMMAND is the command. */
async function run(cwd: string, line: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  const main = join(cwd, "node_modules/health-state-cli/dist/main.js");
  const child = spawn("sh", ["-c", line.replaceAll("$COMMAND", '"$0" "$1"'), process.execPath, main], {
    cwd,
    env: { ...process.env, ...env },
    detached: true,
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (part) => (out += String(part)));
  child.stderr.on("data", (part) => (err += String(part)));
  const limit = setTimeout(() => process.kill(-(child.pid ?? 0), "SIGKILL"), PATIENCE_MS);
  const [code] = await once(child, "close");
  clearTimeout(limit);
  return { code: typeof code === "number" ? code : null, out, err };
}

/** A store, and how the test breaks it. */
interface Kit {
  readonly variable: string;
  readonly url: string;
  /** The address with a user whom the server refuses. */
  readonly refusedUrl: string;
  /** An address of the same kind, at another port. */
  at(port: number): string;
  readonly kind: string;
  freeze(): void;
  thaw(): void;
  remove(): Promise<void>;
}

async function openRedis(): Promise<Kit> {
  const server = await startRedis("--requirepass", "hunter2");
  const at = (port: number, password = "hunter2"): string => `redis://:${password}@127.0.0.1:${port}`;
  return {
    variable: "HEALTH_STATE_REDIS",
    kind: "redis",
    url: at(server.port),
    refusedUrl: at(server.port, "hunter3"),
    at,
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    remove: () => server.remove(),
  };
}

async function openPostgres(): Promise<Kit> {
  const cluster = await startCluster(binaries ?? "");
  const opened = await SERVER_KINDS[0]?.open(cluster.url);
  await opened?.run(fleetSchema);
  await opened?.close();
  const at = (port: number, user = "tester"): string => `postgres://${user}:hunter2@127.0.0.1:${port}/postgres`;
  return {
    variable: "HEALTH_STATE_POSTGRES",
    kind: "postgres",
    url: at(cluster.port),
    refusedUrl: at(cluster.port, "nobody"),
    at,
    freeze: () => cluster.freeze(),
    thaw: () => cluster.thaw(),
    remove: () => cluster.remove(),
  };
}

const TO = "--group matcher --resource index";
const ORDERS = [`pin v1 ${TO}`, `unpin ${TO}`, `retry v1 ${TO}`];
const LOOKS = ["status --group matcher", "status --group matcher --json", "status --group matcher --watch"];

describe.each([
  { client: "ioredis", missing: noRedis, open: openRedis },
  { client: "redis", missing: noRedis, open: openRedis },
  { client: "pg", missing: noPostgres, open: openPostgres },
  { client: "postgres", missing: noPostgres, open: openPostgres },
])("fleet on a real store, with $client", ({ client, missing, open }) => {
  let kit: Kit;
  let folder: string;
  beforeAll(async () => {
    if (missing !== undefined) return;
    folder = folderWith(client);
    kit = await open();
  }, PATIENCE_MS);
  afterAll(async () => {
    await kit?.remove();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });
  const say = (line: string, url = kit.url): Promise<Ended> =>
    run(folder, `exec $COMMAND fleet ${line}`, { [kit.variable]: url });
  /** Each command ends with one line, and without a value of the address that is secret. */
  const expectFailure = (ended: Ended, message: RegExp): void => {
    expect(ended).toEqual({ code: 2, out: "", err: expect.stringMatching(message) });
    expect(ended.err.trimEnd().split("\n")).toHaveLength(1);
    expect(ended.err).not.toMatch(/hunter/);
  };

  test.skipIf(missing !== undefined)(
    "a group that nobody is in is shown, and an order to it says so",
    async () => {
      expect(await say("status --group nobody")).toEqual({
        code: 0,
        err: "",
        out: "nobody: 0 replicas, 0 out, 0 held in; not known to the store\n",
      });
      expect(await say(`pin v1 --group nobody --resource index`)).toEqual({
        code: 0,
        err: "health-state: the store knows no replica of the group nobody. Is the name right?\n",
        out: "nobody: index is pinned to v1. Each replica loads it with its next load\n",
      });
    },
    PATIENCE_MS,
  );

  test.skipIf(missing !== undefined)(
    "a group with another name than one is refused by name",
    async () => {
      const groups = ["''", "'a b'", "'{x}'", "'*'", "ü", "-x", "\"$(printf 'x\\033[31m')\""];
      for (const ended of await Promise.all(groups.map((group) => say(`status --group=${group}`))))
        expectFailure(ended, /^health-state: group is "[ -~ü]*"\. Pass a name/);
    },
    PATIENCE_MS,
  );

  test.skipIf(missing !== undefined)(
    "a user whom the server refuses is told to check the address",
    async () => {
      for (const ended of await Promise.all([...LOOKS, ...ORDERS].map((line) => say(line, kit.refusedUrl))))
        expectFailure(
          ended,
          new RegExp(
            `^health-state: the ${kit.kind} store at 127\\.0\\.0\\.1:\\d+ answers with an error \\(.+\\)\\. Check the user`,
          ),
        );
    },
    PATIENCE_MS,
  );

  test.skipIf(missing !== undefined)(
    "a server that is gone is named with the reason of the system",
    async () => {
      const url = kit.at(await freePort());
      for (const ended of await Promise.all(LOOKS.map((line) => say(line, url))))
        expectFailure(ended, /does not answer \(.*ECONNREFUSED.*\)\. Is it running, and is the address right\?\n$/);
    },
    PATIENCE_MS,
  );

  test.skipIf(missing !== undefined)(
    "a server that takes connections and says nothing is given up",
    async () => {
      const mute = createServer().listen(0, "127.0.0.1");
      await once(mute, "listening");
      const address = mute.address();
      const port = typeof address === "object" && address ? address.port : 0;
      expectFailure(await say("status --group matcher", kit.at(port)), /does not answer \(.+\)\. Is it running/);
      mute.close();
    },
    PATIENCE_MS,
  );

  test.skipIf(missing !== undefined)(
    "a server that is stopped with SIGSTOP is given up by every command",
    async () => {
      kit.freeze();
      try {
        for (const ended of await Promise.all([...LOOKS, ...ORDERS].map((line) => say(line))))
          // Nothing was written, because a read comes first.
          expectFailure(ended, /does not answer \(.+\)\. Is it running, and is the address right\?\n$/);
      } finally {
        kit.thaw();
      }
    },
    PATIENCE_MS,
  );

  test.skipIf(missing !== undefined || process.platform !== "linux")(
    "a reader that has seen enough ends the watch without a trace",
    async () => {
      for (const json of ["", " --json"]) {
        const line = `$COMMAND fleet status --group matcher --watch${json} | head -1`;
        expect(await run(folder, line, { [kit.variable]: kit.url })).toEqual({
          code: 0,
          err: "",
          out: expect.stringMatching(/^(?:matcher: 0 replicas|\{"group":"matcher").*\n$/),
        });
      }
    },
    PATIENCE_MS,
  );
});

test.skipIf(noPostgres !== undefined)(
  "a database without the schema is told what to run",
  async () => {
    const folder = folderWith("pg");
    const cluster = await startCluster(binaries ?? "");
    try {
      expect(
        await run(folder, "exec $COMMAND fleet status --group matcher", { HEALTH_STATE_POSTGRES: cluster.url }),
      ).toEqual({
        code: 2,
        out: "",
        err: expect.stringMatching(
          /answers with an error \(.+does not exist\)\. Run fleetSchema of health-state\/postgres in this database first\n$/,
        ),
      });
    } finally {
      await cluster.remove();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  PATIENCE_MS,
);
