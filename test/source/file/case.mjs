// What files promise, over the built package, on Node, Bun and Deno:  <runtime> case.mjs
// Prints one line of JSON: what failed, by case.
import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { bytes, fileHints, fileStore, fromFile, fromFiles, json } from "../../../dist/src/source/file/index.js";

const [node = "node"] = process.argv.slice(2);
const deep = Boolean(process.env["DEEP"]);
const at = (file) => fileURLToPath(new URL(file, import.meta.url));
const scratch = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), "health-state-case-"));
const folderOf = (name) => {
  const folder = join(scratch, name.replaceAll(/\W/g, "-"));
  fs.mkdirSync(folder);
  return folder;
};

const isWhole = (text) => {
  const end = text.indexOf(" ");
  return (
    createHash("sha256")
      .update(text.slice(end + 1))
      .digest("hex") === text.slice(0, end)
  );
};

/** Starts a process that says what it has done, and waits until it says so for the first time. */
async function start(...args) {
  const child = spawn(node, args, { stdio: ["ignore", "pipe", "inherit"] });
  const says = () =>
    new Promise((resolve, reject) => {
      child.stdout.once("data", resolve);
      child.once("exit", () => reject(new Error(`${args.join(" ")} ended`)));
    });
  await says();
  child.stdout.resume();
  return {
    says,
    end: () =>
      new Promise((resolve) => {
        child.once("exit", resolve);
        child.kill("SIGKILL");
      }),
  };
}

/** Loads again and again, as a resource does, and hands over what is accepted. */
async function poll(load, ms, accept) {
  const held = { revision: undefined, previous: undefined, asOf: undefined, rejected: undefined };
  const { signal } = new AbortController();
  const told = {};
  for (const until = Date.now() + ms; Date.now() < until; await sleep(10)) {
    const result = await load({ ...held, signal, attempt: 1, deadline: 0 }).catch((error) => error);
    if (result instanceof Error) {
      assert.equal(result.code, "HS_SOURCE", result.stack);
      told[result.kind] = (told[result.kind] ?? 0) + 1;
    } else if ("value" in result) {
      accept(result.value);
      held.revision = result.revision;
      held.previous = result.value;
      told.loaded = (told.loaded ?? 0) + 1;
    } else told.unchanged = (told.unchanged ?? 0) + 1;
  }
  return told;
}

const only = {
  "rewrite in place": ["loaded", "moving", "unchanged"],
  "truncate and write": ["empty", "loaded", "moving", "unchanged"],
  "rename over": ["loaded", "moving", "unchanged"],
  append: ["loaded", "moving", "unchanged"],
  "delete and create": ["empty", "loaded", "missing", "moving", "unchanged"],
  touch: ["loaded", "moving", "unchanged"],
  "same content": ["empty", "loaded", "moving", "unchanged"],
};

const CASES = Object.fromEntries(
  Object.entries(only).map(([manner, words]) => [
    `only versions that existed whole are accepted: ${manner}`,
    async () => {
      const folder = folderOf(manner);
      const writer = await start(at("writer.mjs"), manner, folder);
      const load = fromFile(join(folder, "a"), { as: "text" });
      let versions = 0;
      const torn = [];
      const told = await poll(load, deep ? 60_000 : 3_000, (text) => {
        versions++;
        // A file that is appended to is a list of whole lines.
        for (const line of manner === "append" ? text.trimEnd().split("\n") : [text])
          if (!isWhole(line)) torn.push(`version ${versions}, ${text.length} bytes`);
        if (manner === "append") assert.ok(text.endsWith("\n"), "half a line");
      });
      // A writer that was stopped says so before it has written this version.
      await writer.says();
      await writer.end();
      if (!fs.existsSync(join(folder, "stalled"))) assert.deepEqual(torn, []);
      assert.ok(told.loaded > 0, JSON.stringify(told));
      for (const word of Object.keys(told)) assert.ok(words.includes(word), JSON.stringify(told));
      if (manner === "touch" || manner === "same content")
        assert.equal(versions, 1, "a touched file is no new revision");
    },
  ]),
);

CASES["a set is never mixed: swap of ..data"] = async () => {
  const folder = folderOf("swap");
  const writer = await start(at("writer.mjs"), "swap of ..data", folder);
  const one = poll(fromFile(join(folder, "a"), { as: "text" }), deep ? 60_000 : 3_000, (text) =>
    assert.ok(isWhole(text)),
  );
  const set = fromFiles(folder, ["a", "b"], { as: "text" });
  const told = await poll(set, deep ? 60_000 : 3_000, ({ a, b }) => {
    assert.ok(isWhole(a));
    assert.equal(a, b);
  });
  await one;
  await writer.end();
  assert.ok(told.loaded > 1, JSON.stringify(told));
  assert.deepEqual(
    Object.keys(told).filter((word) => !["loaded", "unchanged", "moving"].includes(word)),
    [],
  );
};

CASES["a change is hinted within 200 ms, after renames, swaps and a new folder too"] = async () => {
  const folder = folderOf("hints");
  const file = join(folder, "rates.json");
  fs.writeFileSync(file, "{}");
  const end = new AbortController();
  let hints = 0;
  const channel = await fileHints(file)(() => void hints++, { signal: end.signal });
  const took = [];
  const hinted = async (change) => {
    await sleep(60);
    hints = 0;
    const began = performance.now();
    change();
    while (hints === 0 && performance.now() - began < 5_000) await sleep(2);
    took.push(Math.round(performance.now() - began));
  };
  for (let n = 0; n < 3; n++) {
    await hinted(() => fs.writeFileSync(file, String(n)));
    await hinted(() => (fs.writeFileSync(`${file}.new`, "1"), fs.renameSync(`${file}.new`, file)));
    await hinted(
      () => (fs.symlinkSync(`..${n}`, join(folder, "tmp")), fs.renameSync(join(folder, "tmp"), join(folder, "..data"))),
    );
  }
  // A busy machine may be late once.
  assert.ok(took.sort((a, b) => a - b)[took.length - 2] <= 200, `${took} ms`);
  fs.renameSync(folder, `${folder}.old`);
  fs.writeFileSync(join(`${folder}.old`, "rates.json"), "2");
  assert.equal(await Promise.race([channel.closed.then(() => "closed"), sleep(5_000, "deaf")]), "closed");
  await assert.rejects(
    fileHints(file)(() => {}, { signal: end.signal }),
    { code: "HS_SOURCE", kind: "missing" },
  );
  fs.mkdirSync(folder);
  fs.writeFileSync(file, "3");
  const second = await fileHints(file)(() => void hints++, { signal: end.signal });
  await hinted(() => fs.writeFileSync(file, "4"));
  end.abort();
  await second.closed;
};

CASES["a store gives back what it was given, and sees a damaged one"] = async () => {
  const path = join(folderOf("store"), "data", "rates.lkg");
  const context = { name: "rates", source: "x", now: Date.now(), signal: new AbortController().signal };
  const record = { value: { eur: 1 }, revision: "1", checkedAt: Date.now(), asOf: undefined };
  const make = () => fileStore(path, { codec: json() });
  const store = make();
  assert.equal(await store.save(record, context), undefined);
  assert.equal(await store.stamp({ checkedAt: record.checkedAt + 1, asOf: 5 }, context), undefined);
  assert.deepEqual(await make().restore(context), {
    ...record,
    checkedAt: record.checkedAt + 1,
    asOf: 5,
    origin: "store",
  });
  assert.equal(fs.statSync(path).mode & 0o777, 0o600);
  const whole = fs.readFileSync(path);
  for (let place = 0; place < whole.length; place += 3) {
    const turned = Buffer.from(whole);
    turned[place] ^= 4;
    fs.writeFileSync(path, turned);
    assert.ok("ignored" in (await make().restore(context)), `byte ${place}`);
  }
  fs.writeFileSync(path, whole);
  fs.chmodSync(path, 0o666);
  assert.deepEqual(await make().restore(context), { ignored: "other users may write to it" });
  fs.rmSync(path);
  fs.symlinkSync("rates.lkg.at", path);
  assert.deepEqual(await make().restore(context), { ignored: "it is not a regular file" });
  assert.equal(await make().save(record, context), undefined);
  assert.deepEqual((await make().restore(context)).value, { eur: 1 });
  await store.remove(context);
  assert.deepEqual(fs.readdirSync(join(path, "..")), []);
  await assert.rejects(make().save({ ...record, value: new Map() }, context), { code: "HS_STORE" });
  const raw = fileStore(path, { codec: bytes() });
  assert.equal(await raw.save({ ...record, value: new Uint8Array([1, 2, 3]) }, context), undefined);
  assert.deepEqual([...(await fileStore(path, { codec: bytes() }).restore(context)).value], [1, 2, 3]);
};

const failed = {};
const attempt = async ([name, run]) => {
  await run().catch((error) => (failed[name] = String(error?.stack ?? error)));
};
// What is measured runs alone.
const measured = ([name]) => name.includes("within");
await Promise.all(
  Object.entries(CASES)
    .filter((one) => !measured(one))
    .map(attempt),
);
for (const one of Object.entries(CASES).filter(measured)) await attempt(one);
fs.rmSync(scratch, { recursive: true, force: true });
console.log(JSON.stringify({ cases: Object.keys(CASES).length, failed }));
process.exit(0);
