import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createHealth, onRequest, type Health } from "../../src/index.ts";
import { createHub } from "../../src/cluster/hub.ts";
import { workers, type GroupAnswer, type WorkersOptions } from "../../src/cluster/index.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/clock.ts";
import { ROOT } from "../repo/tree.ts";
import { freePort, until } from "../source/kit/process.ts";
import { RUNTIMES, type Runtime } from "../thread/runtimes.ts";

interface Process {
  readonly pid: number;
  readonly port: number;
  readonly isPrimary: boolean;
  /** Its first answer to a startup probe. */
  readonly first?: number;
}

const children: ChildProcess[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await gone;
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "hs-"));
  folders.push(folder);
  return folder;
}

/** Starts a program, and collects the processes that say where they listen. */
function start({ program, args }: Runtime, given: readonly string[], found: Process[]): void {
  const file = join(ROOT, "test/cluster/worker.mjs");
  // A port that is shared is an unstable part of Deno.
  const flags = args.includes("-A") ? ["--unstable-net"] : [];
  const child = spawn(program, [...args, ...flags, file, ...given], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  if (child.stdout) createInterface(child.stdout).on("line", (line) => found.push(JSON.parse(line)));
}

async function ask(port: number, path: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: "close" } });
  return `${response.status} ${await response.text()}`;
}

async function allSay(those: readonly Process[], path: string, said: string): Promise<void> {
  let heard: readonly string[] = [];
  const isSo = async (): Promise<boolean> => {
    // A connection that waits for a process which ends is broken, and is no answer.
    heard = await Promise.all(those.map(({ port }) => ask(port, path).catch(String)));
    return heard.every((each) => each === said);
  };
  await until(`all say ${said} at ${path}`, isSo).catch((error: unknown) => {
    throw new Error(`they said ${heard.join(", ")}`, { cause: error });
  });
}

/**
 * Waits until `count` processes know each other. A process that has been heard once has joined, and hears what the
 * others send from then on.
 */
async function haveMet(folder: string, count: number): Promise<void> {
  const socket = join(folder, "workers.sock");
  await until("one holds the socket", () => existsSync(socket));
  const first = new Set<unknown>();
  const again = new Set<unknown>();
  const listener = createHub(socket, {
    role: () => {},
    hello: () => [],
    message(message) {
      const { from } = Object(message) as { readonly from?: unknown };
      if (from === undefined) return;
      if (first.size === count) again.add(from);
      first.add(from);
    },
  });
  try {
    await listener.join();
    await until("all are heard twice", () => again.size === count);
  } finally {
    await listener.close();
  }
}

const OK = "200 I-AM-ALIVE";
const NOT_LOADED = "503 INDEX-NOT-LOADED";

/** What three processes say, whoever is asked. `others` answer for the group and are no part of it. */
async function play(those: Process[], others: readonly Process[], shared: readonly Process[]): Promise<void> {
  const [one, two, three] = those;
  if (!one || !two || !three) throw new Error("three are needed");
  const everybody = [...those, ...others, ...shared];
  // Only one is asked, and all of them begin to load.
  await allSay(everybody.slice(0, 1), "/status", NOT_LOADED);
  await ask(one.port, "/load");
  await ask(two.port, "/load");
  await allSay(everybody, "/status", NOT_LOADED);
  await allSay(everybody, "/status/startup", NOT_LOADED);
  await ask(three.port, "/load");
  await allSay(everybody, "/status", OK);
  await allSay(everybody, "/status/startup", OK);
  await allSay(everybody, "/status/live", OK);

  // One that is blocked is silent. Whoever asks on the shared port may have to wait for it.
  const file = join(scratch(), "go on");
  await ask(one.port, `/block?${encodeURIComponent(file)}`);
  await allSay([two, three, ...others], "/status", "503 INDEX-STALE");
  await allSay([two, three], "/status/live", OK);
  writeFileSync(file, "");
  await allSay(everybody, "/status", OK);

  // One that drains says so for all of them, until it has ended.
  await ask(two.port, "/drain");
  await allSay(everybody, "/status", "503 INDEX-DRAINING");
  await allSay(everybody, "/status/startup", OK);
  await ask(two.port, "/exit");
  await allSay([one, three, ...others, ...shared], "/status", OK);
  // Killed, without a word.
  process.kill(three.pid, "SIGKILL");
  await allSay([one, ...others, ...shared], "/status", OK);
}

test(
  "the workers of node:cluster answer as one, and so do the primary and its probeThread()",
  { timeout: 120_000 },
  async () => {
    const [node] = RUNTIMES;
    if (!node) throw new Error("this Node is missing");
    const found: Process[] = [];
    start(node, ["all", "3"], found);
    await until("all listen", () => found.length === 5);
    const primary = found.filter(({ isPrimary }) => isPrimary);
    await play(
      found.filter(({ isPrimary }) => !isPrimary),
      primary,
      [],
    );
    // A new worker has not loaded yet: the group is not ready, and it has started all the same.
    const [first] = primary;
    await ask(first?.port ?? 0, "/fork");
    await until("the new one listens", () => found.length === 6);
    const [fresh] = found.slice(-1);
    if (!fresh) throw new Error("there is no new one");
    await allSay([...primary, fresh], "/status", NOT_LOADED);
    await allSay([...primary, fresh], "/status/startup", OK);
  },
);

describe.each(RUNTIMES.filter(({ name }) => ["this Node", "Bun", "Deno"].includes(name)))(
  "processes that meet in a folder, on $name",
  (runtime) => {
    test.skipIf(!existsSync(runtime.program))(
      "answer as one, on a port that they share too",
      { timeout: 120_000 },
      async () => {
        const folder = join(scratch(), "workers");
        const port = await freePort();
        const found: Process[] = [];
        for (let count = 0; count < 3; count++) start(runtime, ["all", String(port), folder], found);
        await until("all listen", () => found.length === 3);
        await haveMet(folder, 3);
        const shared = runtime.name === "this Node" ? [] : [{ port, pid: 0, isPrimary: false }];
        await play(found, [], shared);
      },
    );
  },
);

describe("a process that has not been told of the others", () => {
  const status = (health: Health, path: string): number => health.fetch(new Request(`http://x${path}`)).status;
  const statuses = (health: Health): readonly number[] =>
    ["/status", "/status/startup", "/status/live"].map((path) => status(health, path));
  const NOT_YET = [503, 503, 200];
  const LOADED = [200, 200, 200];

  /** A health that has its data, in a group. */
  async function enter(options: WorkersOptions, load = (): unknown => ({})): Promise<Entered> {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    health.resource("index", { load: load as () => object });
    const group = workers(health, options);
    health.start();
    await clock.settle();
    return { clock, health, group };
  }
  interface Entered {
    readonly clock: VirtualClock;
    readonly health: Health;
    readonly group: Health;
  }
  async function leave({ clock, health }: Entered): Promise<void> {
    await health.close();
    await clock.advance("1s");
  }

  test.each<readonly [where: string, answer: GroupAnswer, before: readonly number[], after: readonly number[]]>([
    ["in a folder", "all", NOT_YET, LOADED],
    ["in a folder", "any", LOADED, LOADED],
    ["in a folder", 1, LOADED, LOADED],
    ["in a folder", 2, NOT_YET, NOT_YET],
    ["in the primary", "all", NOT_YET, LOADED],
    ["in the primary", "any", NOT_YET, LOADED],
  ])(
    "%s that needs %s is alive, and counts for one that has not loaded, for 3 s",
    async (where, answer, before, after) => {
      const folder = join(scratch(), "workers");
      const one = await enter({ answer, ...(where === "in a folder" && { folder }) });
      expect(statuses(one.health)).toEqual(LOADED);
      expect(statuses(one.group)).toEqual(before);
      await one.clock.advance(2_999);
      expect(statuses(one.group)).toEqual(before);
      await one.clock.advance(1);
      expect(statuses(one.group)).toEqual(after);
      await leave(one);
    },
  );

  test("answers for the group as soon as it is told, however little time has passed", async () => {
    const folder = join(scratch(), "workers");
    let finish = (_value: object): void => {};
    const slow = await enter({ folder }, () => new Promise<object>((resolve) => (finish = resolve)));
    await until("the first one holds the socket", () => existsSync(join(folder, "workers.sock")));
    const quick = await enter({ folder });
    // It has started alone, and it knows of nobody.
    expect(statuses(quick.health)).toEqual(LOADED);
    expect(statuses(quick.group)).toEqual(NOT_YET);
    finish({});
    await until("it hears that the first one has loaded", () => {
      const seen = statuses(quick.group);
      // The group is not ready before it says so.
      if (!slow.health.snapshot().probes.startup.ok) expect(seen).toEqual(NOT_YET);
      return seen[0] === 200;
    });
    expect(statuses(quick.group)).toEqual(LOADED);
    // No time has passed on its clock, so nothing but the message has ended the wait.
    expect(quick.clock.monotonic()).toBe(0);
    await leave(quick);
    await leave(slow);
  });

  test("has not started although it has loaded, in a folder", { timeout: 60_000 }, async () => {
    const [node] = RUNTIMES;
    if (!node) throw new Error("this Node is missing");
    const folder = join(scratch(), "workers");
    const found: Process[] = [];
    start(node, ["all", "0", folder], found);
    await until("the first one listens and holds the socket", () =>
      Boolean(found.length && existsSync(join(folder, "workers.sock"))),
    );
    start(node, ["all", "0", folder, "loaded"], found);
    await until("the second one listens", () => found.length === 2);
    expect(found[1]?.first).toBe(503);
    await haveMet(folder, 2);
    await allSay(found, "/status/startup", NOT_LOADED);
    await ask(found[0]?.port ?? 0, "/load");
    await allSay(found, "/status/startup", OK);
  });

  test(
    "has not started although it has loaded, under node:cluster, nor has its primary",
    { timeout: 60_000 },
    async () => {
      const [node] = RUNTIMES;
      if (!node) throw new Error("this Node is missing");
      const found: Process[] = [];
      start(node, ["all", "2", "", "loaded"], found);
      await until("all listen", () => found.length === 4);
      expect(found.map(({ first }) => first)).toEqual([503, 503, 503, 503]);
      await allSay(found, "/status/startup", OK);
    },
  );
});

test("a folder to which others may write is told once, and the process answers for itself", async () => {
  const folder = join(scratch(), "open");
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  health.resource("index", { load: () => ({}) });
  const group = workers(health, { folder });
  health.start();
  await clock.advance("5s");
  await until("it is told", () => warn.mock.calls.length > 0);
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/workers\(\) cannot use .*other users may write/)]]);
  expect(group.fetch(new Request("http://localhost/status")).status).toBe(200);
  await health.close();
  await clock.advance("1s");
  warn.mockRestore();
});

test.each([1, 2])("a process whose health is closed has left, and takes nothing over: %i of them", async (count) => {
  const folder = join(scratch(), "workers");
  const socket = join(folder, "workers.sock");
  const clock = createVirtualClock();
  const healths = Array.from({ length: count }, () => createHealth({ clock }));
  for (const health of healths) workers(health, { folder });
  await until("they meet", () => existsSync(socket));
  for (const health of healths) {
    await health.close();
    // Its last beat finds that it is closed.
    await clock.advance("1s");
  }
  const next = createHub(socket, { message: () => {}, role: () => {}, hello: () => [] });
  await until("the next one holds the socket", async () => (await next.join()) === "holder");
  await next.close();
  expect(readdirSync(folder)).toEqual([]);
});

test.each<readonly [string, () => unknown]>([
  ["no health", () => workers({} as never)],
  ["an answer that is none", () => workers(createHealth(), { answer: "some" as never })],
  ["half a process", () => workers(createHealth(), { answer: 0.5 })],
  ["no process", () => workers(createHealth(), { answer: 0 })],
  ["an empty folder", () => workers(createHealth(), { folder: "" })],
  ["a folder with too long a path", () => workers(createHealth(), { folder: `/${"x".repeat(90)}` })],
  ["an unknown option", () => workers(createHealth(), { anwser: "all" } as never)],
  ["a health in request mode", () => workers(createHealth({ refresh: onRequest() }))],
])("%s is refused where it is handed in", (_, make) => {
  expect(make).toThrow(TypeError);
  expect(make).toThrow(expect.objectContaining({ code: expect.stringMatching(/^HS_/) }));
});
