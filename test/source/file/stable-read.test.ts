import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { contextOf } from "../kit/context.ts";
import { createFileLoader, type FileLoader } from "../../../src/source/file/from-file.ts";
import type { ReadingFiles } from "../../../src/source/file/stable-read.ts";

const OLD = new Date(1_600_000_000_000);

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A file that was written long ago, so that one look is enough. */
function write(text: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), "health-state-stable-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "a");
  writeFileSync(path, text);
  utimesSync(path, OLD, OLD);
  return path;
}

const loaderOf = (path: string, files: ReadingFiles): FileLoader<unknown> =>
  createFileLoader({ where: "fromFile()", path, names: undefined }, {}, files);

/** What the system is to say of each file, by the name of the stamp. */
type Stamps = Readonly<Record<string, bigint>>;

/** Files whose stamps the test sets, and the paths that were opened. */
function stampedBy(stampsOf: () => Stamps): { readonly files: ReadingFiles; readonly opened: unknown[] } {
  const opened: unknown[] = [];
  const stat = (async (...args: Parameters<typeof fs.stat>) =>
    Object.assign(await fs.stat(...args), stampsOf())) as typeof fs.stat;
  const open: typeof fs.open = async (...args) => {
    opened.push(args[0]);
    const handle = await fs.open(...args);
    const ask = handle.stat.bind(handle) as typeof handle.stat;
    handle.stat = (async (given: { bigint: true }) =>
      Object.assign(await ask(given), stampsOf())) as unknown as typeof handle.stat;
    return handle;
  };
  return { files: { ...fs, stat, open }, opened };
}

test.each(["dev", "ino", "mtimeNs", "ctimeNs"])("a file that differs in its %s alone is read again", async (name) => {
  const path = write("1");
  const stamps: Record<string, bigint> = { dev: 1n, ino: 2n, mtimeNs: 3n, ctimeNs: 4n };
  const { files, opened } = stampedBy(() => stamps);
  const load = loaderOf(path, files);
  const { revision } = Object(await load(contextOf()));
  await load(contextOf({ revision, previous: 1 }));
  expect(opened).toEqual([path]);
  // One more nanosecond is another file.
  stamps[name] = (stamps[name] ?? 0n) + 1n;
  await load(contextOf({ revision, previous: 1 }));
  expect(opened).toEqual([path, path]);
});

test("a file that differs in its size alone is read again", async () => {
  const path = write("1");
  const { files } = stampedBy(() => ({ dev: 1n, ino: 2n, mtimeNs: 3n, ctimeNs: 4n }));
  const load = loaderOf(path, files);
  const { revision } = Object(await load(contextOf()));
  writeFileSync(path, "12");
  expect(await load(contextOf({ revision, previous: 1 }))).toMatchObject({ value: 12 });
});

test("between two looks at a file that changes are 100 ms, ten times", async () => {
  const path = write("1");
  let looks = 0n;
  const { files } = stampedBy(() => ({ ino: looks++ }));
  const waits: unknown[] = [];
  const setTimer = globalThis.setTimeout;
  vi.spyOn(globalThis, "setTimeout").mockImplementation(((run: () => void, ms: number) => {
    // Each step of the file system has its own limit, the option idleTimeout.
    if (ms < 30_000) waits.push(ms);
    return setTimer(run, ms < 30_000 ? 0 : ms);
  }) as typeof setTimeout);
  await expect(loaderOf(path, files)(contextOf())).rejects.toMatchObject({ kind: "moving" });
  expect(waits).toEqual(Array.from({ length: 10 }, () => 100));
});

test.each([
  ["a second", 1_000, 2],
  ["a second and a millisecond", 1_001, 1],
])("a file that was edited %s ago is read as often as its age asks for", async (_, age, times) => {
  const path = write("1");
  const { files, opened } = stampedBy(() => ({}));
  vi.useFakeTimers({ toFake: ["Date"], now: OLD.getTime() + age });
  expect(await loaderOf(path, files)(contextOf())).toMatchObject({ value: 1 });
  expect(opened).toHaveLength(times);
});

test("every file of a set is opened below the folder to which ..data leads, and not through its own link", async () => {
  const folder = realpathSync(dirname(write("1")));
  mkdirSync(join(folder, "..1"));
  symlinkSync("..1", join(folder, "..data"));
  for (const name of ["x", "y"]) {
    writeFileSync(join(folder, "..1", name), "1");
    utimesSync(join(folder, "..1", name), OLD, OLD);
    symlinkSync(`..data/${name}`, join(folder, name));
  }
  const { files, opened } = stampedBy(() => ({}));
  const load = createFileLoader({ where: "fromFiles()", path: folder, names: ["x", "y"] }, {}, files);
  expect(await load(contextOf())).toMatchObject({ value: { x: 1, y: 1 } });
  expect(opened).toEqual([join(folder, "..1", "x"), join(folder, "..1", "y")]);
});

test("a load that is given up in the middle of a file reads no further piece of it", async () => {
  const path = write(new Uint8Array(3 * 2 ** 20));
  const end = new AbortController();
  let reads = 0;
  const open: typeof fs.open = async (...args) => {
    const handle = await fs.open(...args);
    const read = handle.read.bind(handle) as (...given: unknown[]) => Promise<unknown>;
    handle.read = ((...given: unknown[]) => {
      if (++reads === 2) end.abort(new Error("enough"));
      return read(...given);
    }) as typeof handle.read;
    return handle;
  };
  await expect(loaderOf(path, { ...fs, open })(contextOf({ signal: end.signal }))).rejects.toThrow("enough");
  expect(reads).toBe(2);
});

test("a load that is given up while the file system hangs ends at once, with the reason", async () => {
  const path = write("1");
  const end = new AbortController();
  const open = (() => {
    setImmediate(() => end.abort(new Error("enough")));
    return new Promise(() => {});
  }) as typeof fs.open;
  await expect(loaderOf(path, { ...fs, open })(contextOf({ signal: end.signal }))).rejects.toThrow("enough");
});
