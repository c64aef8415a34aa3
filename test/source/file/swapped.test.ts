import { execFileSync } from "node:child_process";
import * as fs from "node:fs/promises";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { contextOf } from "../kit/context.ts";
import { createFileLoader, fromFile, fromFiles, type FileLoader } from "../../../src/source/file/from-file.ts";

const OLD = new Date(1_600_000_000_000);

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "health-state-swapped-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A file that was written long ago, so that one look is enough. */
function write(path: string, text: string): string {
  writeFileSync(path, text);
  utimesSync(path, OLD, OLD);
  return path;
}

const at = (path: string): { readonly where: string; readonly path: string; readonly names: undefined } => ({
  where: "fromFile()",
  path,
  names: undefined,
});

async function outcomeOf(load: FileLoader<unknown>): Promise<unknown> {
  try {
    return await load(contextOf());
  } catch (error) {
    return error;
  }
}

/** Opens what `before` has put at the path, which `after` takes away again before anybody looks. */
const opening = (before: () => void, after: () => void): typeof fs.open => {
  let swaps = 1;
  return async (...args) => {
    const isSwapped = swaps-- > 0;
    if (isSwapped) before();
    try {
      return await fs.open(...args);
    } finally {
      if (isSwapped) after();
    }
  };
};

test("a file that was there only while it was opened is not taken for the one that is there", async () => {
  const folder = scratch();
  const path = write(join(folder, "a"), '"mine"');
  const other = write(join(folder, "other"), '"them"');
  const open = opening(
    () => (renameSync(path, `${path}.aside`), renameSync(other, path)),
    () => (renameSync(path, other), renameSync(`${path}.aside`, path)),
  );
  expect(await outcomeOf(createFileLoader(at(path), {}, { ...fs, open }))).toMatchObject({ value: "mine" });
});

test("a link that leads elsewhere only while it is opened is not followed to there", async () => {
  const folder = scratch();
  write(join(folder, "mine"), '"mine"');
  write(join(folder, "them"), '"them"');
  const path = join(folder, "link");
  symlinkSync("mine", path);
  const lead = (to: string): void => {
    symlinkSync(to, `${path}.new`);
    renameSync(`${path}.new`, path);
  };
  const open = opening(
    () => lead("them"),
    () => lead("mine"),
  );
  expect(await outcomeOf(createFileLoader(at(path), {}, { ...fs, open }))).toMatchObject({ value: "mine" });
});

test.skipIf(process.platform === "win32")(
  "a pipe in the place of the file fails at once, also where it is put there between the look and the opening",
  async () => {
    const path = join(scratch(), "a");
    execFileSync("mkfifo", [path]);
    expect(await outcomeOf(fromFile(path))).toMatchObject({
      kind: "unreadable",
      message: `${path} is not a regular file`,
    });
    rmSync(path);
    write(path, "1");
    const open = opening(
      () => (renameSync(path, `${path}.aside`), execFileSync("mkfifo", [path])),
      () => renameSync(`${path}.aside`, path),
    );
    expect(await outcomeOf(createFileLoader(at(path), {}, { ...fs, open }))).toMatchObject({ value: 1 });
  },
);

test("a file that opens after nobody waits for it any more is closed", async () => {
  const path = write(join(scratch(), "a"), "1");
  const end = new AbortController();
  const opened: fs.FileHandle[] = [];
  const open: typeof fs.open = async (...args) => {
    end.abort(new Error("enough"));
    const handle = await fs.open(...args);
    opened.push(handle);
    return handle;
  };
  const load = createFileLoader(at(path), {}, { ...fs, open });
  await expect(load(contextOf({ signal: end.signal }))).rejects.toThrow("enough");
  // What is closed has no number any more.
  await vi.waitFor(() => expect(opened.map(({ fd }) => fd)).toEqual([-1]), 10_000);
});

test.each([
  ["a folder", (path: string) => mkdirSync(path)],
  ["a link to itself", (path: string) => symlinkSync("a", path)],
  ["a device", (path: string) => symlinkSync("/dev/zero", path)],
])("%s in the place of the file is unreadable, and the file is found again", async (_, put) => {
  const path = write(join(scratch(), "a"), "1");
  const load = fromFile(path);
  expect(await outcomeOf(load)).toMatchObject({ value: 1 });
  rmSync(path);
  put(path);
  expect(await outcomeOf(load)).toMatchObject({ code: "HS_SOURCE", kind: "unreadable" });
  rmSync(path, { recursive: true });
  write(path, "2");
  expect(await outcomeOf(load)).toMatchObject({ value: 2 });
});

test("a set whose folder is gone is missing, and one of whose names is a folder is unreadable", async () => {
  const folder = join(scratch(), "set");
  mkdirSync(folder);
  write(join(folder, "a"), "1");
  mkdirSync(join(folder, "b"));
  expect(await outcomeOf(fromFiles(folder, ["a", "b"]))).toMatchObject({ kind: "unreadable" });
  rmSync(folder, { recursive: true });
  expect(await outcomeOf(fromFiles(folder, ["a"]))).toMatchObject({ kind: "missing" });
});

test.skipIf(process.platform === "win32")(
  "a permission that is lost is unreadable, with what the system says",
  async () => {
    const folder = scratch();
    const path = write(join(folder, "a"), "1");
    const load = fromFile(path);
    expect(await outcomeOf(load)).toMatchObject({ value: 1 });
    chmodSync(folder, 0o755);
    chmodSync(path, 0o000);
    // Root may read everything, so root becomes somebody else for as long as this takes.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect(await outcomeOf(load)).toMatchObject({ kind: "unreadable", message: `${path} cannot be read: EACCES` });
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  },
);

test("what the system refuses is unreadable, with its code: a permission, a stale handle of NFS, a broken disk", async () => {
  const path = write(join(scratch(), "a"), "1");
  for (const code of ["EACCES", "ESTALE", "EIO", "ENXIO"]) {
    const open: typeof fs.open = () => Promise.reject(Object.assign(new Error(code), { code }));
    expect(await outcomeOf(createFileLoader(at(path), {}, { ...fs, open }))).toMatchObject({
      kind: "unreadable",
      message: `${path} cannot be read: ${code}`,
    });
  }
});

test("a file larger than maxBytes is not opened, however large it is", async () => {
  const path = join(scratch(), "a");
  const handle = await fs.open(path, "w");
  await handle.truncate(2 ** 40);
  await handle.close();
  const open = vi.fn<typeof fs.open>(fs.open);
  expect(await outcomeOf(createFileLoader(at(path), {}, { ...fs, open }))).toMatchObject({ kind: "too-large" });
  expect(open).not.toHaveBeenCalled();
});
