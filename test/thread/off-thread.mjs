// What offThread() does, on the runtime that runs this file. It ends by itself: no thread keeps it alive.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { createHealth } from "../../dist/src/index.js";
import { offThread } from "../../dist/src/thread/index.js";
import { runCases } from "./cases.mjs";

const core = new URL("../../dist/src/index.js", import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), "health-state-thread-"));
const isBun = process.versions.bun !== undefined;
let files = 0;

/** A module whose default export is the loader that is given as text. */
function moduleOf(loader, head = "") {
  // In a folder of its own, because Bun remembers what a folder held when it was first looked at.
  const path = join(mkdtempSync(join(folder, "module-")), `module-${++files}.mjs`);
  writeFileSync(
    path,
    `import { loaded, unchanged, retryLater } from ${JSON.stringify(core)};\n${head}\nexport default ${loader};\n`,
  );
  return pathToFileURL(path);
}

/** The first line of a module that leaves a mark beside its file when it is loaded in the thread. */
const MARK = "import { writeFileSync } from 'node:fs'; writeFileSync(new URL(import.meta.url + '.seen'), '');";

/** Waits until the module with the mark runs. */
async function untilSeen(url) {
  while (!existsSync(new URL(`${url}.seen`))) await new Promise((done) => setTimeout(done, 5));
}

const contextOf = (given = {}) => ({
  signal: new AbortController().signal,
  previous: { not: "copied", fails: () => {} },
  revision: "r1",
  asOf: 1_000,
  rejected: "r0",
  attempt: 3,
  deadline: 9_000,
  ...given,
});
const load = (loader, options) => offThread(moduleOf(loader), options)(contextOf());
const textOf = (bytes) => new TextDecoder().decode(bytes);

const CASES = {
  "every kind of bytes comes over, from the first byte of a buffer on": async () => {
    const kinds = {
      "new Uint8Array([1, 2, 3])": [1, 2, 3],
      "new Uint8Array([1, 2, 3]).buffer": [1, 2, 3],
      "new Uint16Array([1, 2])": [1, 0, 2, 0],
      "new DataView(new Uint8Array([4, 5]).buffer)": [4, 5],
      "Buffer.from('AB')": [65, 66],
      "new Uint8Array([1, 2, 3, 4]).subarray(1, 3)": [2, 3],
      "new Uint8Array(new SharedArrayBuffer(2)).fill(7)": [7, 7],
      "new Uint8Array(new SharedArrayBuffer(4)).fill(7).subarray(1, 3)": [7, 7],
      "new SharedArrayBuffer(1)": [0],
      "new Uint8Array(0)": [],
      "new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer)": Array(65_536).fill(0),
    };
    for (const [kind, expected] of Object.entries(kinds)) {
      const bytes = await load(`() => ${kind}`);
      assert.ok(bytes instanceof Uint8Array, kind);
      assert.deepEqual([bytes.byteOffset, [...bytes]], [0, expected], kind);
    }
  },
  "a shared buffer stays shared with the thread": async () => {
    const head = "const shared = new Uint8Array(new SharedArrayBuffer(2)); let times = 0;";
    const loader = offThread(moduleOf("() => { shared[1] = ++times; return shared; }", head), { keep: true });
    const first = await loader(contextOf());
    assert.deepEqual([...first], [0, 1]);
    await loader(contextOf());
    assert.deepEqual([...first], [0, 2]);
    await loader.close();
  },
  "bytes are transferred, and not copied": async () => {
    const head =
      "let before; const lengths = () => { const is = before?.byteLength ?? -1; before = new Uint8Array(64); before[0] = is; return before; };";
    const loader = offThread(moduleOf("() => lengths()", head), { keep: true });
    await loader(contextOf());
    assert.equal((await loader(contextOf()))[0], 0);
    await loader.close();
  },
  "the context is copied without previous, and the signal is there": async () => {
    const bytes = await load(
      "(context) => new TextEncoder().encode(JSON.stringify({ ...context, has: 'previous' in context, signal: context.signal.aborted }))",
    );
    const { previous: _, signal: __, ...copied } = contextOf();
    assert.deepEqual(JSON.parse(textOf(bytes)), { ...copied, has: true, signal: false });
  },
  "view makes the value of the bytes, and its failure fails the load": async () => {
    assert.equal(await load("() => new Uint8Array([3])", { view: (bytes) => bytes[0] }), 3);
    await assert.rejects(
      load("() => new Uint8Array([3])", {
        view: () => {
          throw new Error("no view");
        },
      }),
      /no view/,
    );
  },
  "outcomes come over": async () => {
    const health = createHealth();
    const note = "{ revision: 7n, asOf: new Date(5000), keep: false }";
    const results = [
      `loaded(Promise.resolve(new Uint8Array([1])), ${note})`,
      "unchanged({ asOf: 6000 })",
      "unchanged({ behind: 'r9' })",
    ];
    const seen = [];
    for (const result of results) {
      const { [Symbol.for("health-state.outcome")]: mark, value, ...rest } = await load(`() => ${result}`);
      seen.push([mark, value && [...value], rest]);
    }
    assert.deepEqual(seen, [
      [true, [1], { revision: "7", asOf: 5000, keep: false }],
      [false, undefined, { revision: undefined, asOf: 6000, behind: undefined }],
      [false, undefined, { revision: undefined, asOf: undefined, behind: "r9" }],
    ]);
    await health.close();
  },
  "errors come over with name, code, fields and cause, and retryLater() with its wait": async () => {
    const made =
      "Object.assign(new RangeError('no rows', { cause: new Error('inner') }), { code: 'E_ROWS', status: 503, secret: {} })";
    await assert.rejects(load(`async () => { throw ${made}; }`), (error) => {
      assert.ok(error instanceof Error);
      assert.deepEqual(
        [error.name, error.message, error.code, error.status, error.secret, error.cause.message],
        ["RangeError", "no rows", "E_ROWS", 503, undefined, "inner"],
      );
      assert.match(error.stack, /module-\d+\.mjs/);
      return true;
    });
    await assert.rejects(load("() => { throw 'a text'; }"), { message: "a text" });
    await assert.rejects(load("() => { throw retryLater('30s', new Error('busy')); }"), (error) => {
      assert.deepEqual([error[Symbol.for("health-state.retry-later")], error.cause.message], [30_000, "busy"]);
      return true;
    });
    // Returned, as a loader may.
    await assert.rejects(
      load("() => retryLater('20s')"),
      (error) => error[Symbol.for("health-state.retry-later")] === 20_000,
    );
  },
  "what is no bytes is refused, with the cost": async () => {
    for (const value of ["new Map([[1, 2]])", "'text'", "[1]", "loaded({})", "7"])
      await assert.rejects(load(`() => ${value}`), { code: "HS_NOT_BYTES", message: /more than a second/ }, value);
    await assert.rejects(load("() => undefined"), { code: "HS_NO_DATA" });
    await assert.rejects(load("() => new Response('x')"), { code: "HS_RESPONSE_AS_VALUE" });
    await assert.rejects(load("() => loaded(new Uint8Array(1), { revision: NaN })"), { code: "HS_INVALID_REVISION" });
  },
  "what only says that it is bytes is refused, and so is a buffer that was given away": async () => {
    for (const tag of ["ArrayBuffer", "SharedArrayBuffer", "Uint8Array"])
      await assert.rejects(
        load(`() => ({ [Symbol.toStringTag]: '${tag}', byteLength: 3 })`),
        { code: "HS_NOT_BYTES" },
        tag,
      );
    const away = "const bytes = new Uint8Array(8); structuredClone(bytes, { transfer: [bytes.buffer] });";
    await assert.rejects(load(`() => { ${away} return bytes; }`), /detached/i);
  },
  "whatever is thrown fails the load": async () => {
    const traps = ["get", "has", "ownKeys", "getPrototypeOf", "getOwnPropertyDescriptor"];
    const proxy = `new Proxy(new Error('in it'), { ${traps.map((trap) => `${trap}() { throw new Error('trap'); }`)} })`;
    await assert.rejects(load(`() => { throw ${proxy}; }`), { name: "Error" });
    for (const [thrown, message] of [
      ["Object.defineProperty(new Error('x'), 'message', { get() { throw 1; } })", /cannot be shown/],
      ["Object.assign(new Error('x'), { name: Symbol('n') })", /x|cannot be shown/],
      ["Object.assign(new Error('x'), { message: 7 })", "7"],
      ["Object.create(null)", /cannot be shown/],
      ["undefined", "undefined"],
      ["Symbol('s')", "Symbol(s)"],
    ])
      await assert.rejects(load(`() => { throw ${thrown}; }`), { message }, thrown);
    const circular = "const error = new Error('round'); error.cause = error;";
    await assert.rejects(load(`() => { ${circular} throw error; }`), { message: "round" });
  },
  "the program of the thread adds no name to the global scope": async () => {
    // What the runtime itself gives to a worker, such as `module` in CommonJS, is not of one or two letters.
    const names = "Object.getOwnPropertyNames(globalThis).filter((name) => name.length < 3)";
    const loader = `() => new TextEncoder().encode(JSON.stringify([${names}, eval("typeof $")]))`;
    assert.deepEqual(JSON.parse(textOf(await load(loader))), [[], "undefined"]);
  },
  "messages that the module sends itself are no answer": async () => {
    const posted = ["'hi'", "null", "{ id: 1 }", "{ id: 1, outcome: null }", "{ id: 1, outcome: { type: 'other' } }"];
    const loader = `() => { for (const message of [${posted}]) parentPort.postMessage(message); return new Uint8Array([5]); }`;
    const url = moduleOf(loader, "import { parentPort } from 'node:worker_threads';");
    assert.deepEqual([...(await offThread(url)(contextOf()))], [5]);
  },
  "the module may be a data: URL": async () => {
    const source = btoa("export default () => new Uint8Array([6]);");
    const url = new URL(`data:text/javascript;base64,${source}`);
    assert.deepEqual([...(await offThread(url)(contextOf()))], [6]);
  },
  "more than maxBytes is refused": async () => {
    assert.equal((await load("() => new Uint8Array(10)", { maxBytes: 10 })).length, 10);
    await assert.rejects(load("() => new Uint8Array(11)", { maxBytes: 10 }), {
      name: "SourceError",
      kind: "too-large",
    });
  },
  "a module that cannot be used fails the load": async () => {
    await assert.rejects(offThread(new URL("./nowhere.mjs", import.meta.url))(contextOf()), /nowhere/);
    await assert.rejects(load("7"), { code: "HS_NO_LOADER" });
    await assert.rejects(offThread(moduleOf("0", "throw new Error('at import')"))(contextOf()), /at import/);
    await assert.rejects(load("() => process.exit(3)"), { code: "HS_THREAD_ENDED" });
    await assert.rejects(
      load("() => new Promise(() => setTimeout(() => { throw new Error('nobody waits'); }))"),
      /nobody waits/,
    );
  },
  "a load that is aborted hears it, and says how it ended": async () => {
    const controller = new AbortController();
    const url = moduleOf(
      "({ signal }) => new Promise((_, no) => { const stop = () => no(signal.reason); if (signal.aborted) stop(); else signal.onabort = stop; })",
      MARK,
    );
    const loader = offThread(url);
    const loading = loader(contextOf({ signal: controller.signal }));
    await untilSeen(url);
    controller.abort(Object.assign(new Error("enough"), { code: "E_ENOUGH" }));
    await assert.rejects(loading, { message: "enough", code: "E_ENOUGH" });
    await assert.rejects(loader(contextOf({ signal: controller.signal })), { message: "enough" });
  },
  "a computation that hears nothing is ended with its thread": async () => {
    const controller = new AbortController();
    const url = moduleOf("() => { for (;;); }", MARK);
    const loading = offThread(url, { keep: true })(contextOf({ signal: controller.signal }));
    await untilSeen(url);
    controller.abort();
    await assert.rejects(loading, { code: "HS_THREAD_ENDED" });
  },
  "a load that times out is ended, and the next one is another thread": async () => {
    const health = createHealth();
    health.subscribe(() => {});
    const head =
      "import { existsSync, writeFileSync } from 'node:fs'; const mark = new URL(import.meta.url + '.seen');";
    const url = moduleOf(
      "() => { if (!existsSync(mark)) { writeFileSync(mark, ''); for (;;); } return new Uint8Array([1]); }",
      head,
    );
    const index = health.resource("index", {
      load: offThread(url, { keep: true }),
      timeout: "3s",
      refreshEvery: "1h",
      retryMost: "100ms",
    });
    const failed = new Promise((done) => index.subscribe(({ outcome }) => outcome && done(outcome)));
    health.start();
    assert.equal(await failed, "timed-out");
    await health.whenReady();
    assert.deepEqual([...index.peek()], [1]);
    await health.close();
  },
  "on Linux the thread has a lower priority, and no other thread of Node has": async () => {
    if (process.platform !== "linux" || isBun || process.versions.deno) return;
    // In a process of its own, because the loader must be the first to use the pool of threads.
    const niceOfAll =
      "readdirSync('/proc/self/task').map((id) => Number(readFileSync(`/proc/self/task/${id}/stat`, 'latin1').split(') ')[1].split(' ')[16])).sort((a, b) => a - b)";
    const url = moduleOf(
      `async () => { await readFile(new URL(import.meta.url)); return new Uint8Array([...${niceOfAll}, getPriority()]); }`,
      "import { readdirSync, readFileSync } from 'node:fs'; import { readFile } from 'node:fs/promises'; import { getPriority } from 'node:os';",
    );
    const program = `
      const awake = setInterval(() => {}, 1_000);
      import(${JSON.stringify(new URL("../../dist/src/thread/index.js", import.meta.url).href)})
        .then(({ offThread }) => offThread(new URL(${JSON.stringify(url.href)}))({ signal: new AbortController().signal }))
        .then((seen) => console.log(JSON.stringify([...seen])))
        .finally(() => clearInterval(awake));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", program]);
    const seen = JSON.parse(stdout);
    const own = getPriority();
    const lower = Math.min(own + 10, 19);
    assert.equal(seen.at(-1), lower);
    assert.deepEqual(
      seen.slice(0, -1).filter((nice) => nice !== own),
      [lower],
    );
  },
  "memory bounds the heap: running out of it fails the load, and the process lives": async () => {
    const loader = "() => { const rows = []; for (;;) rows.push({ at: rows.length }); }";
    if (isBun) {
      assert.throws(() => offThread(moduleOf(loader), { memory: "32MB" }), { code: "HS_WRONG_MODE" });
      return;
    }
    await assert.rejects(load(loader, { memory: "32MiB" }), { code: "HS_THREAD_MEMORY", message: /32 MiB/ });
    assert.equal((await load("() => new Uint8Array(1e8)", { memory: "32MiB" })).length, 1e8);
    if (process.versions.deno !== undefined) return;
    // More than V8 gives to a thread that ends must not grow old at once. Otherwise it ends the process.
    const head = "import { resourceLimits } from 'node:worker_threads';";
    const young = "() => new Uint8Array([resourceLimits.maxYoungGenerationSizeMb])";
    assert.deepEqual([...(await offThread(moduleOf(young, head), { memory: "32MiB" })(contextOf()))], [48]);
    const arrays = "() => { const rows = []; for (;;) rows.push(new Array(1000).fill(Math.random())); }";
    await assert.rejects(load(arrays, { memory: "256MiB" }), { code: "HS_THREAD_MEMORY", message: /256 MiB/ });
  },
  "keep keeps the thread, and close() ends it": async () => {
    const head = "let times = 0;";
    const counts = async (options) => {
      const loader = offThread(moduleOf("() => new Uint8Array([++times])", head), options);
      const seen = [];
      for (let round = 0; round < 3; round++) seen.push((await loader(contextOf()))[0]);
      await loader.close();
      seen.push((await loader(contextOf()))[0]);
      await loader.close();
      return seen;
    };
    assert.deepEqual(await counts({ keep: true }), [1, 2, 3, 1]);
    assert.deepEqual(await counts({ keep: false }), [1, 1, 1, 1]);
  },
  "two loads at once have a thread each, and a failure keeps the thread": async () => {
    const head = "let times = 0;";
    const loader = offThread(
      moduleOf(
        "async ({ attempt }) => { await new Promise((go) => setTimeout(go, 50)); if (attempt === 9) throw new Error('nine'); return new Uint8Array([++times]); }",
        head,
      ),
      { keep: true },
    );
    const both = await Promise.all([loader(contextOf()), loader(contextOf())]);
    assert.deepEqual(
      both.map(([count]) => count),
      [1, 1],
    );
    await assert.rejects(loader(contextOf({ attempt: 9 })), /nine/);
    assert.equal((await loader(contextOf()))[0], 2);
    // Kept, and left open: it must not keep this process alive.
  },
};

await runCases(CASES);
rmSync(folder, { recursive: true });
