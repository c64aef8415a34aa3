import * as fs from "node:fs/promises";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import { contextOf } from "../kit/context.ts";
import { retryLater } from "../../../src/index.ts";
import type { LoadContext } from "../../../src/resource/options.ts";
import { outcomeOf } from "../../../src/resource/outcome.ts";
import { createFileHints, type Watch } from "../../../src/source/file/file-hints.ts";
import { createFileLoader, fromFile, fromFiles, type FileLoader } from "../../../src/source/file/from-file.ts";

const OLD = new Date(1_600_000_000_000);

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "health-state-file-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A file that was written long ago, so that one look is enough. */
function write(path: string, text: string | Uint8Array): string {
  writeFileSync(path, text);
  utimesSync(path, OLD, OLD);
  return path;
}

function ask<T>(load: FileLoader<T>, changes: Partial<LoadContext> = {}): Promise<object> {
  return Promise.resolve(load(contextOf(changes))) as Promise<object>;
}

const revisionOf = async (load: FileLoader<unknown>): Promise<string> =>
  String(((await ask(load)) as { revision: unknown }).revision);

test("gives JSON by default, text or bytes, and what parse makes of it", async () => {
  const path = write(join(scratch(), "a"), '{"eur":1}');
  const revision = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
  expect(await ask(fromFile(path))).toMatchObject({ value: { eur: 1 }, revision });
  expect(await ask(fromFile(pathToFileURL(path), { as: "text" }))).toMatchObject({ value: '{"eur":1}' });
  expect(await ask(fromFile(path, { as: "bytes" }))).toMatchObject({ value: new Uint8Array(Buffer.from('{"eur":1}')) });
  const load = fromFile(path, { parse: (rates, about) => new Map([...Object.entries(rates), ["path", about.path]]) });
  expect(await ask(load)).toMatchObject({
    value: new Map<string, unknown>([
      ["eur", 1],
      ["path", path],
    ]),
  });
  expect(load.identity).toBe(path);
});

test("the same identity is unchanged without reading, and only if its revision is held or rejected", async () => {
  const path = write(join(scratch(), "a"), "1");
  const open = vi.fn<typeof fs.open>(fs.open);
  const load = createFileLoader({ where: "fromFile()", path, names: undefined }, {}, { ...fs, open });
  const revision = await revisionOf(load);
  expect(open).toHaveBeenCalledTimes(1);
  expect(await ask(load, { revision, previous: 1 })).not.toHaveProperty("value");
  expect(await ask(load, { rejected: revision })).toMatchObject({ revision });
  expect(open).toHaveBeenCalledTimes(1);
  expect(await ask(load, { revision: "another", previous: 1 })).toMatchObject({ value: 1 });
  expect(open).toHaveBeenCalledTimes(2);
});

test("a touched file is no new revision, and one that was rejected is not parsed again", async () => {
  const path = write(join(scratch(), "a"), "1");
  const parse = vi.fn<(value: number) => number>((value) => value);
  const load = fromFile<number>(path, { parse });
  const revision = await revisionOf(load);
  utimesSync(path, OLD, new Date(OLD.getTime() + 5_000));
  const touched = outcomeOf(await ask(load, { revision, previous: 1 }));
  expect([touched.isUnchanged, touched.revision]).toEqual([true, undefined]);
  utimesSync(path, OLD, new Date(OLD.getTime() + 9_000));
  expect(await ask(load, { rejected: revision })).toMatchObject({ revision });
  expect(parse).toHaveBeenCalledTimes(1);
});

test("a fresh loader with a restored revision reads once and finds the file unchanged", async () => {
  const path = write(join(scratch(), "a"), "1");
  const revision = await revisionOf(fromFile(path));
  expect(await ask(fromFile(path), { revision, previous: 1 })).not.toHaveProperty("value");
});

test("no asOf by default; mtime, or a stamp inside the content, where asked for", async () => {
  const path = write(join(scratch(), "a"), '{"at":7}');
  expect(await ask(fromFile(path))).toMatchObject({ asOf: undefined });
  const heartbeat = fromFile(path, { asOf: "mtime" });
  const revision = await revisionOf(heartbeat);
  expect(await ask(heartbeat)).toMatchObject({ asOf: OLD.getTime() });
  utimesSync(path, OLD, new Date(OLD.getTime() + 5_000));
  expect(await ask(heartbeat, { revision, previous: {} })).toMatchObject({ asOf: OLD.getTime() + 5_000 });
  const inside = fromFile<{ at: number }>(path, { asOf: ({ at }) => at });
  expect(await ask(inside)).toMatchObject({ asOf: 7 });
  expect(await ask(inside, { revision, previous: { at: 8 } })).toMatchObject({ asOf: 8 });
});

test("an asOf that throws fails with kind parse, and a wait that parse asks for is kept", async () => {
  const path = write(join(scratch(), "a"), "1");
  const thrown = new Error("no stamp");
  const stamped = fromFile<number>(path, {
    asOf: () => {
      throw thrown;
    },
  });
  const failing = { name: "SourceError", kind: "parse", cause: thrown };
  await expect(ask(stamped)).rejects.toMatchObject(failing);
  const revision = await revisionOf(fromFile(path));
  await expect(ask(stamped, { revision, previous: 1 })).rejects.toMatchObject(failing);
  const waiting = fromFile<number>(path, {
    parse: () => {
      throw retryLater("5s", thrown);
    },
  });
  await expect(ask(waiting)).rejects.toMatchObject({ code: "HS_RETRY_LATER", cause: thrown });
});

test("a missing, empty or unreadable file fails; it is never an empty value", async () => {
  const folder = scratch();
  const kinds: unknown[] = [];
  for (const path of ["none", "none/below", "empty", ".", "long", "text", "latin"]) {
    if (path === "empty") write(join(folder, path), "");
    if (path === "long") write(join(folder, path), "1".repeat(2_000));
    if (path === "text") write(join(folder, path), "secret");
    if (path === "latin") write(join(folder, path), new Uint8Array([0xff, 0xfe]));
    const error: unknown = await ask(fromFile(join(folder, path), { maxBytes: "1kB" })).catch(
      (thrown: unknown) => thrown,
    );
    expect(String((error as Error).message)).not.toContain("secret");
    kinds.push((error as { kind?: unknown }).kind);
  }
  expect(kinds).toEqual(["missing", "missing", "empty", "unreadable", "too-large", "parse", "parse"]);
});

test("a file that changes at each look fails with kind moving, after ten waits", { timeout: 10_000 }, async () => {
  const path = write(join(scratch(), "a"), "1");
  let looks = 0;
  const stat = (async (...args: Parameters<typeof fs.stat>) => {
    looks++;
    utimesSync(path, OLD, new Date(OLD.getTime() + looks * 10));
    return fs.stat(...args);
  }) as typeof fs.stat;
  const load = createFileLoader({ where: "fromFile()", path, names: undefined }, {}, { ...fs, stat });
  await expect(ask(load)).rejects.toMatchObject({ kind: "moving", message: expect.stringContaining("being written") });
  expect(looks).toBe(22);
});

test("a file younger than a second is looked at twice", async () => {
  const path = join(scratch(), "a");
  writeFileSync(path, "1");
  const open = vi.fn<typeof fs.open>(fs.open);
  expect(
    await ask(createFileLoader({ where: "fromFile()", path, names: undefined }, {}, { ...fs, open })),
  ).toMatchObject({ value: 1 });
  expect(open).toHaveBeenCalledTimes(2);
});

test("verify is asked before parse", async () => {
  const path = write(join(scratch(), "a"), "not json");
  for (const verify of [() => false, () => Promise.resolve(false), () => Promise.reject(new Error("no"))])
    await expect(ask(fromFile(path, { verify }))).rejects.toMatchObject({ kind: "verify" });
  await expect(ask(fromFile(path, { verify: () => true }))).rejects.toMatchObject({ kind: "parse" });
});

test("verify is asked for each file of a set, with its bytes, and with the path and the revision of the set", async () => {
  const folder = scratch();
  for (const name of ["a", "b"]) write(join(folder, name), `"${name}"`);
  const seen: unknown[] = [];
  const load = fromFiles(folder, ["a", "b"], {
    verify: (bytes, about) => void seen.push([new TextDecoder().decode(bytes), about]),
  });
  const revision = await revisionOf(load);
  expect(seen).toEqual([
    ['"a"', { path: folder, revision }],
    ['"b"', { path: folder, revision }],
  ]);
});

test("a file system that hangs ends at the idle deadline, and at the signal", async () => {
  const path = write(join(scratch(), "a"), "1");
  const hung = { ...fs, open: (() => new Promise(() => {})) as typeof fs.open };
  const load = createFileLoader({ where: "fromFile()", path, names: undefined }, { idleTimeout: 20 }, hung);
  await expect(ask(load)).rejects.toMatchObject({ kind: "timeout" });
  const end = new AbortController();
  const asked = ask(createFileLoader({ where: "fromFile()", path, names: undefined }, {}, hung), {
    signal: end.signal,
  });
  end.abort(new Error("enough"));
  await expect(asked).rejects.toThrow("enough");
});

test("a step that fails after the signal has aborted is no unhandled rejection", async () => {
  const rejected = vi.fn<(reason: unknown) => void>();
  process.on("unhandledRejection", rejected);
  onTestFinished(() => void process.off("unhandledRejection", rejected));
  const end = new AbortController();
  const stat = (async () => {
    // The answer to the first step of this load never counts, because the load is given up in it.
    end.abort(new Error("enough"));
    throw Object.assign(new Error("late"), { code: "EIO" });
  }) as typeof fs.stat;
  const load = createFileLoader({ where: "fromFile()", path: "a", names: undefined }, {}, { ...fs, stat });
  await expect(ask(load, { signal: end.signal })).rejects.toThrow("enough");
  // Node tells of an unhandled rejection after the microtasks of this turn.
  await new Promise((resolve) => setImmediate(resolve));
  expect(rejected).not.toHaveBeenCalled();
});

test("a set is an object by name, from one version of a ConfigMap", async () => {
  const folder = scratch();
  for (const version of ["..1", "..2"]) {
    mkdirSync(join(folder, version));
    for (const name of ["a", "b"]) write(join(folder, version, name), `"${version} ${name}"`);
  }
  symlinkSync("..1", join(folder, "..data"));
  for (const name of ["a", "b"]) symlinkSync(`..data/${name}`, join(folder, name));
  let swaps = 1;
  const open = (async (...args: Parameters<typeof fs.open>) => {
    const opened = await fs.open(...args);
    if (swaps-- > 0) {
      // After the first file of the first version has been opened.
      symlinkSync("..2", join(folder, "new"));
      renameSync(join(folder, "new"), join(folder, "..data"));
    }
    return opened;
  }) as typeof fs.open;
  const load = createFileLoader({ where: "fromFiles()", path: folder, names: ["a", "b"] }, {}, { ...fs, open });
  expect(await ask(load)).toMatchObject({ value: { a: "..2 a", b: "..2 b" } });
  expect(load.identity).toBe(folder);
  await expect(ask(fromFiles(folder, ["a", "c"]))).rejects.toMatchObject({ kind: "missing" });
});

test("a relative path is resolved at the call", () => {
  expect(fromFile("rates.json").identity).toBe(resolve("rates.json"));
  expect(fromFiles("rates", ["a"]).identity).toBe(resolve("rates"));
});

test("options are refused at the call", () => {
  expect(() => fromFile("")).toThrow("fromFile's path");
  expect(() => fromFile("a", { as: "xml" as never })).toThrow('as is "xml"');
  expect(() => fromFile("a", { maxBytes: "lots" })).toThrow("maxBytes");
  expect(() => fromFile("a", { every: 1 } as never)).toThrow('has no option "every"');
  expect(() => fromFiles("a", [])).toThrow("fromFiles's names");
});

test("without inotify, hints fail with a reason that says so, and polling sees the change", async () => {
  const path = write(join(scratch(), "a"), "1");
  const reasonFor = async (code: string): Promise<string> => {
    const exhausted: Watch = () => {
      throw Object.assign(new Error("watch failed"), { code });
    };
    const error = await Promise.resolve(
      createFileHints(path, exhausted)(() => {}, { signal: new AbortController().signal }),
    ).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "HS_SOURCE" });
    return String(error);
  };
  expect(await reasonFor("ENOSPC")).toMatch(/has no watches left .*max_user_watches.* Polling continues\.$/);
  // The process itself may have too many open files, and then no setting of inotify helps.
  expect(await reasonFor("EMFILE")).toMatch(/max_user_instances.*too many open files.* Polling continues\.$/);
  const load = fromFile(path);
  const revision = await revisionOf(load);
  write(path, "2");
  expect(await ask(load, { revision, previous: 1 })).toMatchObject({ value: 2 });
});

test("the folder of the file is watched, and not the file, which is another one after a rename", async () => {
  const path = write(join(scratch(), "a"), "1");
  const watchedAt: string[] = [];
  const watch: Watch = (at) => {
    watchedAt.push(at);
    return { close() {}, on() {} };
  };
  const { signal } = new AbortController();
  for (const one of [path, dirname(path)]) await createFileHints(one, watch)(() => {}, { signal });
  expect(watchedAt).toEqual([dirname(path), dirname(path)]);
});

test("a change of the file and a swap of ..data are hints, and a change of another file is none", async () => {
  const path = write(join(scratch(), "a"), "1");
  const { fire, hints } = await watched(path);
  fire("b");
  expect(hints()).toBe(0);
  fire("a");
  fire("..data");
  expect(hints()).toBe(2);
});

test("a watcher that fails closes the channel, so that it is opened again", async () => {
  const path = write(join(scratch(), "a"), "1");
  let fail: ((error: Error) => void) | undefined;
  const watch: Watch = () => ({ close() {}, on: (_, listener) => void (fail = listener) });
  const { closed } = await createFileHints(path, watch)(() => {}, { signal: new AbortController().signal });
  fail?.(new Error("EMFILE"));
  await closed;
});

/** A channel whose events the test makes. */
async function watched(path: string, identityOf?: (folder: string) => Promise<string>) {
  let fire = (_event: string, _name: string): void => {};
  const watch: Watch = (_folder, _options, listener) => {
    fire = listener;
    return { close() {}, on() {} };
  };
  const signal = new AbortController().signal;
  let hints = 0;
  const { closed } = await createFileHints(path, watch, identityOf)(() => void hints++, { signal });
  return { closed, fire: (name: string): void => fire("rename", name), hints: () => hints };
}

test("a folder that was removed and created again closes the channel, although it has the inode of the old one", async ({
  skip,
}) => {
  const folder = join(scratch(), "folder");
  for (let attempt = 0; attempt < 20; attempt++) {
    mkdirSync(folder);
    const { ino } = lstatSync(folder);
    const { closed, fire } = await watched(join(folder, "a"));
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    const isReused = lstatSync(folder).ino === ino;
    fire("folder");
    await closed;
    rmSync(folder, { recursive: true });
    if (isReused) return;
  }
  skip("this file system does not reuse inodes");
});

test("ten thousand changes of other files look at the folder twice, and are no hints", async () => {
  const path = write(join(scratch(), "a"), "1");
  let looks = 0;
  const answers: (() => void)[] = [];
  const { fire, hints } = await watched(path, () => {
    looks++;
    return looks === 1 ? Promise.resolve("same") : new Promise((end) => answers.push(() => end("same")));
  });
  for (let event = 0; event < 10_000; event++) fire("other");
  for (let answer = answers.shift(); answer; answer = answers.shift()) {
    answer();
    await new Promise(setImmediate);
  }
  // The first one was made when the channel was opened.
  expect([looks, hints()]).toEqual([3, 0]);
});

test("a file without a size, as in /proc, says so", async ({ skip }) => {
  if (!existsSync("/proc/version")) return skip("there is no /proc");
  await expect(ask(fromFile("/proc/version", { as: "text" }))).rejects.toMatchObject({
    kind: "unreadable",
    message: "/proc/version has content, but its size is 0, as in /proc. Copy it to a plain file",
  });
});
