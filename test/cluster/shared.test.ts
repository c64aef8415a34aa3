import { execFile, spawn, type ChildProcess } from "node:child_process";
import {
  existsSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { loaded, type LoadContext } from "../../src/index.ts";
import { shared, type SharedOptions } from "../../src/cluster/index.ts";
import { json } from "../../src/store/json.ts";
import { ROOT } from "../repo/tree.ts";
import { until } from "../source/kit/process.ts";
import { RUNTIMES, type Runtime } from "../thread/runtimes.ts";

/** A primary of node:cluster, with one worker that runs the program in the first argument. */
const PRIMARY = `
  const cluster = require("node:cluster");
  const [exec, ...args] = process.argv.slice(1);
  cluster.setupPrimary({ exec, args, execArgv: [] });
  cluster.fork();
`;

/** How often the process that builds is killed. */
const KILLS = process.env["DEEP"] ? 100 : 6;

const folders: string[] = [];
const group = new Set<Sharer>();
afterEach(async () => {
  await Promise.all([...group].map(kill));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Sharer {
  readonly child: ChildProcess;
  said: {
    readonly pid?: number;
    readonly role?: string;
    readonly revision?: string;
    readonly value?: string;
    readonly error?: string;
  };
}

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "hs-"));
  folders.push(folder);
  return folder;
}

function start({ program, args }: Runtime, folder: string, buildMs = 0, timeout = "20s"): Sharer {
  const file = join(ROOT, "test/cluster/sharer.mjs");
  const child = spawn(program, [...args, file, folder, String(buildMs), timeout], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const sharer: Sharer = { child, said: {} };
  if (child.stdout) createInterface(child.stdout).on("line", (line) => (sharer.said = JSON.parse(line)));
  group.add(sharer);
  return sharer;
}

async function kill(sharer: Sharer): Promise<void> {
  group.delete(sharer);
  const gone = new Promise((done) => sharer.child.once("exit", done));
  if (sharer.child.kill("SIGKILL")) await gone;
}

const publish = (folder: string, revision: string): void => writeFileSync(join(folder, "source"), revision);
const buildsOf = (folder: string): readonly string[] =>
  readFileSync(join(folder, "builds"), "utf8").split("\n").filter(Boolean);
const allHave = (revision: string): Promise<void> =>
  until(
    `all have ${revision}`,
    () => [...group].every(({ said }) => said.revision === revision && said.value === revision),
    60_000,
  );
const builders = (): readonly Sharer[] => [...group].filter(({ said }) => said.role === "builder");

describe.each(RUNTIMES)("four processes, on $name", (runtime) => {
  const skipIt = !existsSync(runtime.program);

  test.skipIf(skipIt)(
    "build each revision once, and another takes over from the one that builds",
    { timeout: 300_000 },
    async () => {
      const folder = scratch();
      publish(folder, "r1");
      for (let count = 0; count < 4; count++) start(runtime, folder, 200);
      await allHave("r1");
      publish(folder, "r2");
      await allHave("r2");
      expect(buildsOf(folder)).toEqual(["r1", "r2"]);
      expect(builders().length).toBe(1);
      expect(statSync(join(folder, "shared")).mode & 0o777).toBe(0o700);

      const [builder] = builders();
      if (!builder) throw new Error("nobody builds");
      await kill(builder);
      publish(folder, "r3");
      await allHave("r3");
      expect(buildsOf(folder)).toEqual(["r1", "r2", "r3"]);
      await until("one builds", () => builders().length === 1);
      // Two revisions, the pointer and the socket.
      expect(readdirSync(join(folder, "shared")).filter((name) => name.endsWith(".value")).length).toBe(2);

      // The readers are told what the builder was told.
      publish(folder, "down");
      await until("all say why", () => [...group].every(({ said }) => said.error?.includes("the source is down")));
      publish(folder, "r4");
      await allHave("r4");
    },
  );
});

test(
  `the process that builds is killed ${KILLS} times, and the group goes on`,
  { timeout: 1_800_000 },
  async ({ skip }) => {
    const [node] = RUNTIMES;
    if (!node) return skip("no Node");
    const folder = scratch();
    publish(folder, "r0");
    for (let count = 0; count < 4; count++) start(node, folder, 50);
    await allHave("r0");
    const expected = ["r0"];
    for (let round = 1; round <= KILLS; round++) {
      await until("one builds", () => builders().length === 1);
      const [builder] = builders();
      if (!builder) throw new Error("nobody builds");
      await kill(builder);
      start(node, folder, 50);
      publish(folder, `r${round}`);
      expected.push(`r${round}`);
      await allHave(`r${round}`);
    }
    expect(buildsOf(folder)).toEqual(expected);
    const names = readdirSync(join(folder, "shared")).filter(
      (name) => !/^([0-9a-f]{64}\.value|pointer)(\.[0-9a-f]{16}\.tmp)?$|^builder\.sock$/.test(name),
    );
    expect(names).toEqual([]);
  },
);

test("a worker of node:cluster holds the socket itself, so that it is free as soon as the worker dies", async ({
  skip,
}) => {
  const [node] = RUNTIMES;
  if (!node) return skip("no Node");
  const folder = scratch();
  publish(folder, "r1");
  const primary = start({ ...node, args: ["-e", PRIMARY] }, folder);
  await until("the worker builds", () => primary.said.role === "builder" && primary.said.value === "r1");
  // A primary that is busy has not heard yet that the worker is dead.
  primary.child.kill("SIGSTOP");
  process.kill(primary.said.pid ?? NaN, "SIGKILL");
  const next = start(node, folder);
  publish(folder, "r2");
  await until("another builds", () => next.said.role === "builder" && next.said.value === "r2");
});

test("sixteen processes that start at once have one builder, and so they have after its end", async ({ skip }) => {
  const [node] = RUNTIMES;
  if (!node) return skip("no Node");
  const folder = scratch();
  publish(folder, "r1");
  for (let count = 0; count < 16; count++) start(node, folder, 100);
  await allHave("r1");
  expect(buildsOf(folder)).toEqual(["r1"]);
  await until("one builds", () => builders().length === 1);
  const [builder] = builders();
  if (!builder) throw new Error("nobody builds");
  await kill(builder);
  publish(folder, "r2");
  await allHave("r2");
  expect(buildsOf(folder)).toEqual(["r1", "r2"]);
}, 300_000);

test("a builder that is frozen is passed by, and is one of the group again when it goes on", async ({ skip }) => {
  const [node] = RUNTIMES;
  if (!node) return skip("no Node");
  const folder = scratch();
  publish(folder, "r1");
  for (let count = 0; count < 3; count++) start(node, folder, 0, "3s");
  await allHave("r1");
  await until("one builds", () => builders().length === 1);
  const [builder] = builders();
  if (!builder) throw new Error("nobody builds");
  builder.child.kill("SIGSTOP");
  publish(folder, "r2");
  const others = [...group].filter((sharer) => sharer !== builder);
  await until("the others have r2", () => others.every(({ said }) => said.value === "r2"), 60_000);
  expect(builder.said.value).toBe("r1");
  builder.child.kill("SIGCONT");
  publish(folder, "r3");
  await allHave("r3");
  await until("one builds, and all others read", () =>
    [...group].every((sharer) => sharer.said.role === (sharer === builder ? "builder" : "reader")),
  );
}, 300_000);

test.each(RUNTIMES.filter(({ program }) => existsSync(program)))(
  "neither a value that is shared nor a group keeps a process alive, on $name",
  { timeout: 60_000 },
  async ({ program, args }) => {
    const { stdout } = await promisify(execFile)(program, [...args, join(ROOT, "test/cluster/idle.mjs")]);
    expect(JSON.parse(stdout)).toEqual([{ a: 1 }, "builder"]);
  },
);

const context = (given: Partial<LoadContext> = {}): LoadContext => ({
  signal: new AbortController().signal,
  previous: undefined,
  revision: undefined,
  asOf: undefined,
  rejected: undefined,
  attempt: 1,
  deadline: Infinity,
  ...given,
});

test("a reader has the moment of the builder's load, and does not take one revision twice", async () => {
  const folder = join(scratch(), "shared");
  const one = shared<object>(folder, () => loaded({ a: 1 }, { revision: "r1", asOf: 5_000 }), { codec: json() });
  const two = shared<object>(folder, () => loaded({ b: 2 }), { codec: json() });
  expect(await one(context())).toMatchObject({ value: { a: 1 }, revision: "r1", asOf: 5_000 });
  expect(await two(context())).toMatchObject({ value: { a: 1 }, revision: "r1", asOf: 5_000 });
  expect([one.role, two.role]).toEqual(["builder", "reader"]);
  const held = { previous: { a: 1 }, revision: "r1" };
  expect(await two(context(held))).toMatchObject({ asOf: 5_000 });
  // It was refused, so it is not read again.
  await one(context(held));
  expect(await two(context({ ...held, revision: "r0", rejected: "r1" }))).toMatchObject({ revision: "r1" });
  await one.close();
  await until("the other one takes over", () => two.role === "builder");
  // Without a revision of the source's own, the SHA-256 of the bytes is one.
  expect(await two(context(held))).toMatchObject({
    value: { b: 2 },
    revision: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
  });
  await two.close();
});

test("what died with its process is removed after an hour", async () => {
  const folder = join(scratch(), "shared");
  mkdirSync(folder, { mode: 0o700 });
  const old = ["pointer.0123456789abcdef.tmp", `${"0".repeat(64)}.value.0123456789abcdef.tmp`, "builder.sock.01234567"];
  const kept = ["pointer.fedcba9876543210.tmp", "notes.tmp"];
  for (const name of [...old, ...kept]) writeFileSync(join(folder, name), "");
  for (const name of [...old, "notes.tmp"]) utimesSync(join(folder, name), 0, 0);
  const load = shared<object>(folder, () => ({}), { codec: json() });
  await load(context());
  expect(
    readdirSync(folder)
      .filter((name) => [...old, ...kept].includes(name))
      .sort(),
  ).toEqual([...kept].sort());
  await load.close();
});

test("a folder that cannot be used is told once, and each process builds for itself", async () => {
  const folder = scratch();
  writeFileSync(join(folder, "file"), "");
  mkdirSync(join(folder, "open"), { mode: 0o777 });
  const told: string[] = [];
  for (const place of ["file/below", "open"]) {
    // The mask of the process does not bear on this.
    if (place === "open") chmodSync(join(folder, place), 0o777);
    const load = shared<object>(join(folder, place), () => ({ own: true }), {
      codec: json(),
      onAlone: (reason) => void told.push(reason),
    });
    expect(await load(context())).toEqual({ own: true });
    expect(await load(context())).toEqual({ own: true });
    expect(load.role).toBe("alone");
  }
  expect(told.length).toBe(2);
  expect(told[1]).toMatch(/other users may write/);
});

test("what is of another codec is not used", async () => {
  const folder = join(scratch(), "shared");
  const one = shared<object>(folder, () => ({ a: 1 }), { codec: json() });
  await one(context());
  const told: string[] = [];
  const codec = { ...json<object>(), name: "other" };
  const two = shared<object>(folder, () => ({ own: true }), { codec, onAlone: (reason) => void told.push(reason) });
  expect(await two(context())).toEqual({ own: true });
  expect(told).toEqual([expect.stringMatching(/its codec is "json", not "other"/)]);
  await one.close();
  await two.close();
});

test("a wait for the builder ends with the signal", async () => {
  const folder = join(scratch(), "shared");
  let begin = (): void => {};
  const begun = new Promise<void>((done) => (begin = done));
  const controller = new AbortController();
  const one = shared<object>(folder, () => (begin(), new Promise(() => {})), { codec: json() });
  void one(context());
  await begun;
  const two = shared<object>(folder, () => ({}), { codec: json() });
  const waiting = two(context({ signal: controller.signal }));
  setTimeout(() => controller.abort(new Error("enough")), 50);
  await expect(waiting).rejects.toThrow("enough");
  await two.close();
  await one.close();
});

test("a wait for the builder ends with close(), and a later load joins again", async () => {
  const folder = join(scratch(), "shared");
  let begin = (): void => {};
  const begun = new Promise<void>((done) => (begin = done));
  let finish = (_: object): void => {};
  const one = shared<object>(folder, () => (begin(), new Promise((done) => (finish = done))), { codec: json() });
  const building = one(context());
  await begun;
  const two = shared<object>(folder, () => ({}), { codec: json() });
  const waiting = two(context());
  await until("it waits", () => two.role === "reader");
  await two.close();
  await expect(waiting).rejects.toThrow("the shared loader was closed during the load");
  const again = two(context());
  finish({ a: 1 });
  await building;
  expect(await again).toMatchObject({ value: { a: 1 } });
  // It is closed before the folder has been looked at.
  const soon = two(context());
  await two.close();
  await expect(soon).rejects.toThrow("the shared loader was closed during the load");
  expect(two.role).toBeUndefined();
  await one.close();
});

test.each(["left the group", "began a newer build"])(
  "a build that ends after its process %s replaces nothing",
  async (why) => {
    const folder = join(scratch(), "shared");
    let begin = (): void => {};
    const begun = new Promise<void>((done) => (begin = done));
    const ends: ((result: object) => void)[] = [];
    const slow = (): Promise<object> => (begin(), new Promise((done) => ends.push(done)));
    const one = shared<object>(folder, slow, { codec: json() });
    const old = one(context());
    await begun;
    let newer = one;
    if (why === "left the group") {
      await one.close();
      newer = shared<object>(folder, () => loaded({ b: 2 }, { revision: "r2" }), { codec: json() });
      await newer(context());
    } else {
      const second = one(context());
      await until("both build", () => ends.length === 2);
      ends[1]?.(loaded({ b: 2 }, { revision: "r2" }));
      await second;
    }
    ends[0]?.(loaded({ a: 1 }, { revision: "r1" }));
    // Who began it has its value all the same.
    expect(await old).toMatchObject({ value: { a: 1 }, revision: "r1" });
    const reader = shared<object>(folder, () => ({ own: true }), { codec: json() });
    expect(await reader(context())).toMatchObject({ value: { b: 2 }, revision: "r2" });
    for (const each of [reader, newer, one]) await each.close();
  },
);

test("a reader keeps the value that it built while the builder stood still, and its age", async () => {
  const folder = join(scratch(), "shared");
  let begin = (): void => {};
  const begun = new Promise<void>((done) => (begin = done));
  let end = (_: object): void => {};
  const one = shared<object>(folder, () => (begin(), new Promise((done) => (end = done))), { codec: json() });
  const building = one(context());
  await begun;
  const startedAt = Date.now();
  const own = { own: true };
  const two = shared<object>(folder, () => own, { codec: json(), timeout: 100, onAlone: () => {} });
  expect(await two(context())).toBe(own);
  // The builder goes on, and publishes a value that is older than the own one.
  end({ old: true });
  await building;
  const again = (await two(context({ previous: own }))) as { asOf?: number };
  expect(again).not.toHaveProperty("value");
  expect(again.asOf).toBeGreaterThanOrEqual(startedAt);
  await two.close();
  await one.close();
});

test("a reader that rejected a revision hears that the builder fails, and may still accept the revision", async () => {
  const folder = join(scratch(), "shared");
  let result: () => object = () => loaded({ a: 1 }, { revision: "r1" });
  const one = shared<object>(folder, () => result(), { codec: json() });
  const two = shared<object>(folder, () => ({ own: true }), { codec: json() });
  await one(context());
  const held = { previous: { a: 1 }, revision: "r1" };
  await two(context());
  result = () => loaded({ bad: true }, { revision: "r2" });
  await one(context(held));
  expect(await two(context(held))).toMatchObject({ value: { bad: true }, revision: "r2" });
  expect(await two(context({ ...held, rejected: "r2" }))).toMatchObject({ revision: "r2" });
  expect(await two(context({ ...held, rejected: "r2" }))).not.toHaveProperty("asOf", expect.any(Number));
  result = () => {
    throw new Error("the source is down");
  };
  await expect(one(context(held))).rejects.toThrow("the source is down");
  // The message goes through a socket.
  await until("the reader hears it", () =>
    Promise.resolve(two(context({ ...held, rejected: "r2" }))).then(
      () => false,
      (error: Error) => error.message === "the process that builds failed: the source is down",
    ),
  );
  await two.close();
  await one.close();
});

test("a builder that says nothing is passed by", async () => {
  const folder = join(scratch(), "shared");
  let begin = (): void => {};
  const begun = new Promise<void>((done) => (begin = done));
  const one = shared<object>(folder, () => (begin(), new Promise(() => {})), { codec: json() });
  void one(context());
  await begun;
  const told: string[] = [];
  const onAlone = (reason: string): void => void told.push(reason);
  // The builder beats every second, and this one waits for a tenth of that.
  const two = shared<object>(folder, () => ({ own: true }), { codec: json(), timeout: 100, onAlone });
  expect(await two(context())).toEqual({ own: true });
  expect(told).toEqual(["the process that builds has said nothing for 100 ms"]);
  await two.close();
  await one.close();
});

const good: SharedOptions<object> = { codec: json() };
test.each<readonly [string, () => unknown]>([
  ["no folder", () => shared("", () => ({}), good)],
  ["a path that is too long for a socket", () => shared(`/${"x".repeat(80)}`, () => ({}), good)],
  ["no loader", () => shared("/run/app", undefined as never, good)],
  ["no codec", () => shared("/run/app", () => ({}), {} as never)],
  ["half a codec", () => shared("/run/app", () => ({}), { codec: { name: "x", read: () => ({}) } as never })],
  ["a bad duration", () => shared("/run/app", () => ({}), { ...good, timeout: "soon" })],
  ["an onAlone that is no function", () => shared("/run/app", () => ({}), { ...good, onAlone: 1 as never })],
  ["an unknown option", () => shared("/run/app", () => ({}), { ...good, tiemout: 1 } as never)],
])("%s is refused where it is handed in", (_, make) => {
  expect(make).toThrow(TypeError);
  expect(make).toThrow(expect.objectContaining({ code: expect.stringMatching(/^HS_(INVALID|UNKNOWN)_OPTION$/) }));
});
