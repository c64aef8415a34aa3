import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "health-state-"));
const entry = pathToFileURL(join(home, "src/index.js")).href;

beforeAll(() => {
  // A build of its own: `dist` may be another's, or old.
  execFileSync(
    process.execPath,
    [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.json", "--outDir", home],
    { cwd: root },
  );
  writeFileSync(join(home, "package.json"), '{"type":"module"}');
});
afterAll(() => rmSync(home, { recursive: true }));

/** Runs a script that may use the built package as `hs`; an exit code of its own means that it ended by itself. */
function run(script: string): { readonly out: string; readonly code: number | null; readonly err: string } {
  const child = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", `const hs = await import(${JSON.stringify(entry)});\n${script}`],
    {
      encoding: "utf8",
      timeout: 20_000,
    },
  );
  return { out: child.stdout.trim(), code: child.status, err: child.stderr };
}

test("rule 13: importing the package reads no clock, draws no number, sets no timer and listens to no signal", () => {
  const child = spawnSync(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `
    const touched = [];
    const homes = [[globalThis, ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "fetch"]], [Date, ["now"]], [Math, ["random"]],
      [Performance.prototype, ["now"]], [process, ["on", "once", "addListener"]]];
    for (const [home, names] of homes) for (const name of names) {
      const was = home[name];
      home[name] = function (...given) { touched.push(name); return was.apply(this, given); };
    }
    await import(${JSON.stringify(entry)});
    console.log(JSON.stringify(touched));`,
    ],
    { encoding: "utf8" },
  );
  expect(JSON.parse(child.stdout)).toEqual([]);
});

test("an idle health with a loaded resource, its refresh planned, lets the process end", () => {
  expect(
    run(`
    const health = hs.createHealth();
    const index = health.resource("index", { load: () => ({}), refreshEvery: "1h" });
    health.start();
    index.get().then(() => console.log("loaded"));
  `),
  ).toMatchObject({ out: "loaded", code: 0 });
});

test("a load that hangs and that nobody waits for lets the process end", () => {
  expect(
    run(`
    const health = hs.createHealth();
    health.resource("index", { load: () => new Promise(() => {}) });
    health.start();
    console.log("started");
  `),
  ).toMatchObject({ out: "started", code: 0 });
});

test("a get() that waits holds the process until the load ends, though the load itself holds nothing", () => {
  expect(
    run(`
    const health = hs.createHealth();
    const index = health.resource("index", {
      load: () => new Promise((resolve) => setTimeout(resolve, 300, "value").unref()),
      refreshEvery: "1h",
    });
    index.get().then(console.log);
  `),
  ).toMatchObject({ out: "value", code: 0 });
});

test("a get() on a load that hangs holds the process until the timeout, and no longer", () => {
  expect(
    run(`
    const health = hs.createHealth();
    const index = health.resource("index", { load: () => new Promise(() => {}), timeout: 300 });
    index.get().catch(({ reason, cause }) => console.log(reason, cause.message));
  `),
  ).toMatchObject({ out: "failed the load took longer than its timeout of 300 ms", code: 0 });
});

test("whenReady() holds the process through failures until a load succeeds", () => {
  expect(
    run(`
    const health = hs.createHealth();
    let tries = 0;
    health.resource("index", { load: () => { if (++tries < 3) throw new Error("down"); return 1; }, refreshEvery: 200 });
    health.whenReady().then(() => console.log(tries));
  `),
  ).toMatchObject({ out: "3", code: 0 });
});

test("promises that nobody looks at end no process, whatever is thrown", () => {
  expect(
    run(`
    const health = hs.createHealth();
    const faulty = health.resource("faulty", { load: () => { throw null; }, dispose: () => { throw 1; } });
    const index = health.resource("index", { load: () => ({}), dispose: async () => { throw 2; }, validate: async () => true });
    for (const it of [faulty, index]) {
      it.subscribe(() => { throw 3; });
      it.subscribe(async () => { throw 4; });
      void it.get(); void it.reload(); void it.get({ signal: AbortSignal.abort() });
    }
    void health.whenReady();
    setTimeout(() => { health.close(); void index.get(); void index.reload(); void health.whenReady(); console.log("closed"); }, 50);
  `),
  ).toMatchObject({ out: "closed", code: 0, err: "" });
});
