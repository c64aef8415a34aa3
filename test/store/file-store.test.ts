import * as fs from "node:fs/promises";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { bytes } from "../../src/store/bytes.ts";
import { createFileStore, fileStore } from "../../src/store/file/file-store.ts";
import type { FileSystem } from "../../src/store/file/plain-file.ts";
import { v8 } from "../../src/store/file/v8.ts";
import { json } from "../../src/store/json.ts";
import { seal, sha256Of } from "../../src/store/record.ts";
import type { Store } from "../../src/store/create-store.ts";
import type { Codec } from "../../src/store/store.ts";
import { contextOf, NOW, recordOf, scratch } from "./kit.ts";

const value = { eur: 1, usd: 1.1 };
const stored = { value, revision: '"1"', checkedAt: NOW - 1_000, asOf: undefined, origin: "store" };

/** A store, and a second one on the same file, as the next process would make it. */
function pair<T = typeof value>(
  codec: Codec<T> = json<T>(),
  options = {},
): { path: string; store: Store<T>; next: Store<T> } {
  const path = join(scratch(), "data", "rates.lkg");
  return { path, store: fileStore(path, { codec, ...options }), next: fileStore(path, { codec, ...options }) };
}

async function reasonOf<T>(store: Store<T>, changes = {}): Promise<string> {
  const restored = await store.restore(contextOf(changes));
  return restored && "ignored" in restored ? restored.ignored : `used: ${JSON.stringify(restored)}`;
}

describe("a saved value", () => {
  test("comes back with its revision and its true stamps", async () => {
    const { store, next } = pair();
    expect(await next.restore(contextOf())).toBeUndefined();
    expect(await store.save(recordOf(value, { asOf: NOW - 9_000 }), contextOf())).toBeUndefined();
    expect(await next.restore(contextOf())).toEqual({ ...stored, asOf: NOW - 9_000 });
  });

  test("has a header with all that a restore decides by", async () => {
    const { path, store } = pair(undefined, { schema: "2" });
    await store.save(recordOf(value), contextOf());
    const [first = "", header = "", body = ""] = readFileSync(path, "utf8").split("\n");
    expect(first).toMatch(/^health-state-record 1 [0-9a-f]{64}$/);
    expect(JSON.parse(header)).toEqual({
      resource: "rates",
      source: "https://rates.example/v2",
      codec: "json",
      schema: "2",
      revision: '"1"',
      checkedAt: NOW - 1_000,
      bytes: body.length,
      sha256: await sha256Of(new TextEncoder().encode(body)),
      writer: expect.stringContaining(`pid ${process.pid}`),
    });
    expect(JSON.parse(body)).toEqual(value);
  });

  test("the folder is made with mode 0700, the file with 0600, and nothing else is left", async () => {
    const { path, store } = pair();
    await store.save(recordOf(value), contextOf());
    await store.stamp({ checkedAt: NOW, asOf: undefined }, contextOf());
    expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700);
    expect([path, `${path}.at`].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
    expect(readdirSync(join(path, "..")).sort()).toEqual(["rates.lkg", "rates.lkg.at"]);
  });

  test("is removed by remove(), with its stamps", async () => {
    const { path, store, next } = pair();
    await store.save(recordOf(value), contextOf());
    await store.stamp({ checkedAt: NOW, asOf: undefined }, contextOf());
    await store.remove(contextOf());
    await store.remove(contextOf());
    expect(readdirSync(join(path, ".."))).toEqual([]);
    expect(await next.restore(contextOf())).toBeUndefined();
    expect(await store.stamp({ checkedAt: NOW, asOf: undefined }, contextOf())).toEqual({
      skipped: "no value of this store is saved",
    });
  });
});

describe("ignored, with a reason and never with an exception", () => {
  test.each([
    ["another resource", { name: "index" }, 'its resource is "rates", not "index"'],
    ["another source", { source: "https://other" }, 'its source is "https://rates.example/v2", not "https://other"'],
    ["no source", { source: undefined }, 'its source is "https://rates.example/v2", not unknown'],
    ["stamps more than 5 min in the future", { now: NOW - 301_001 }, "its time stamps are in the future"],
    ["an age over maxAge", { now: NOW + 86_400_000 }, "it is older than maxAge"],
  ])("%s", async (_, changes, reason) => {
    const { store, next } = pair(undefined, { maxAge: "1d" });
    await store.save(recordOf(value), contextOf());
    expect(await reasonOf(next, changes)).toBe(reason);
  });

  test("stamps at most 5 min in the future are not, because clocks differ a little", async () => {
    const { store, next } = pair();
    await store.save(recordOf(value), contextOf());
    expect(await reasonOf(next, { now: NOW - 301_000 })).toContain("used");
  });

  test("another schema, another codec", async () => {
    const { path, store } = pair(undefined, { schema: "1" });
    await store.save(recordOf(value), contextOf());
    expect(await reasonOf(fileStore(path, { codec: json(), schema: "2" }))).toBe('its schema is "1", not "2"');
    expect(await reasonOf(fileStore(path, { codec: bytes(), schema: "1" }))).toBe('its codec is "json", not "bytes"');
  });

  test("maxAge is of the age: asOf, else checkedAt", async () => {
    const { store, next } = pair(undefined, { maxAge: "1h" });
    await store.save(recordOf(value, { asOf: NOW - 3_600_001 }), contextOf());
    expect(await reasonOf(next)).toBe("it is older than maxAge");
    await store.save(recordOf(value, { asOf: NOW - 3_600_000 }), contextOf());
    expect(await reasonOf(next)).toContain("used");
  });

  test("a file that is foreign, empty, or of another format", async () => {
    const { path, next } = pair();
    mkdirSync(join(path, ".."));
    for (const text of ["", "{}", "\n\n", "a\nb\nc", "health-state-record 2 a\n{}\n"]) {
      writeFileSync(path, text);
      expect(await reasonOf(next)).toBe("its format is unknown");
    }
  });

  test("a turned bit in any byte of the header or the body, and every cut", async () => {
    const { path, store, next } = pair();
    await store.save(recordOf(value), contextOf());
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at++) {
      const turned = Buffer.from(whole);
      turned[at] = (turned[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(path, turned);
      expect([at, await reasonOf(next)]).toEqual([
        at,
        expect.stringMatching(/^(its format is unknown|its (header|body) is damaged)$/),
      ]);
    }
    for (let at = 0; at < whole.length; at += 7) {
      writeFileSync(path, whole.subarray(0, at));
      expect([at, await reasonOf(next)]).toEqual([
        at,
        expect.stringMatching(/^(its format is unknown|its (header|body) (is|has))/),
      ]);
    }
    writeFileSync(path, Buffer.concat([whole, whole]));
    expect(await reasonOf(next)).toBe("its body has the wrong length");
    writeFileSync(path, whole);
    expect(await reasonOf(next)).toContain("used");
  });

  test("a header that is well sealed and makes no sense", async () => {
    const { path, next } = pair();
    mkdirSync(join(path, ".."));
    for (const header of [null, {}, 7, [], { ...contextOf(), checkedAt: "1" }]) {
      writeFileSync(path, await seal(header as never));
      expect(await reasonOf(next)).not.toContain("used");
    }
  });

  test("a file that others may write, and one that is not a regular file", async () => {
    const { path, store, next } = pair();
    await store.save(recordOf(value), contextOf());
    chmodSync(path, 0o602);
    expect(await reasonOf(next)).toBe("other users may write to it");
    chmodSync(path, 0o600);
    const folder = join(path, "..");
    symlinkSync(path, join(folder, "link"));
    expect(await reasonOf(fileStore(join(folder, "link"), { codec: json() }))).toBe("it is not a regular file");
    expect(await reasonOf(fileStore(folder, { codec: json() }))).toBe("it is not a regular file");
    execFileSync("mkfifo", [join(folder, "pipe")]);
    expect(await reasonOf(fileStore(join(folder, "pipe"), { codec: json() }))).toBe("it is not a regular file");
  });

  test.skipIf(process.geteuid?.() !== 0)("a file of another user, or of a group that is not ours", async () => {
    const { path, store, next } = pair();
    await store.save(recordOf(value), contextOf());
    await fs.chown(path, 12_345, 0);
    expect(await reasonOf(next)).toBe("it belongs to another user");
    await fs.chown(path, 0, 12_345);
    chmodSync(path, 0o620);
    expect(await reasonOf(next)).toBe("other users may write to it");
    await fs.chown(path, 0, process.getegid?.() ?? 0);
    expect(await reasonOf(next)).toContain("used");
  });

  test("bytes that the codec does not understand", async () => {
    const broken: Codec<unknown> = {
      ...json<unknown>(),
      read: () => {
        throw new Error("not\nmine");
      },
    };
    const { path, store } = pair(json<unknown>());
    await store.save(recordOf<unknown>(value), contextOf());
    expect(await reasonOf(fileStore(path, { codec: broken }))).toBe("not\\u000amine");
  });

  test("a restore that nobody waits for any more rejects, and so does one that the system refuses", async () => {
    const { path, store, next } = pair();
    await store.save(recordOf(value), contextOf());
    await expect(next.restore(contextOf({ signal: AbortSignal.abort() }))).rejects.toMatchObject({ code: "HS_STORE" });
    const failing = failAt("open", "EIO");
    await expect(createFileStore(path, { codec: json() }, failing).restore(contextOf())).rejects.toMatchObject({
      code: "HS_STORE",
      message: expect.stringContaining("cannot be read"),
    });
  });
});

/** A file system on which one call fails. */
function failAt(name: keyof FileSystem, code: string): FileSystem {
  return { ...fs, [name]: () => Promise.reject(Object.assign(new Error(code), { code })) };
}

/** A file system on which nothing more can be written than so many bytes. */
function fullAfter(most: number): FileSystem {
  let left = most;
  const open: typeof fs.open = async (path, flags, mode) => {
    const handle = await fs.open(path, flags, mode);
    const write = handle.write.bind(handle) as (bytes: Uint8Array, at: number, length: number) => Promise<unknown>;
    return Object.assign(handle, {
      async write(part: Uint8Array, at: number, length: number) {
        if (left <= 0) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
        const some = Math.min(left, length);
        left -= some;
        return write(part, at, some);
      },
    });
  };
  return { ...fs, open };
}

/** A file system that tells what is done, in its order: which file is opened how, written, synced and renamed. */
function recorded(told: string[]): FileSystem {
  const nameOf = (path: unknown): string => {
    const name = String(path).replace(/^.*\//, "");
    // In the same folder, because a rename is atomic only within a file system.
    return /\/data\/[^/]+\.tmp$/.test(String(path)) ? "temporary" : name.startsWith("rates.lkg") ? name : "folder";
  };
  const open: typeof fs.open = async (path, flags, mode) => {
    const name = nameOf(path);
    const handle = await fs.open(path, flags, mode);
    if (typeof flags === "string") told.push(`open ${name} ${flags}`);
    const { sync, write } = handle;
    return Object.assign(handle, {
      sync: async () => (told.push(`sync ${name}`), sync.call(handle)),
      write: async (...given: Parameters<typeof write>) => (told.push(`write ${name}`), write.apply(handle, given)),
    });
  };
  return {
    ...fs,
    open,
    rename: async (from, to) => (told.push(`rename ${nameOf(from)} to ${nameOf(to)}`), fs.rename(from, to)),
    unlink: async (path) => (told.push(`unlink ${nameOf(path)}`), fs.unlink(path)),
  };
}

test("a file is on the disk before it takes the place of another, and so is the rename, and so is a removal", async () => {
  const { path } = pair();
  const told: string[] = [];
  const store = createFileStore(path, { codec: json<typeof value>() }, recorded(told));
  await store.save(recordOf(value), contextOf());
  const written = (name: string, parts: number): string[] => [
    "open temporary wx",
    ...Array.from({ length: parts }, () => "write temporary"),
    "sync temporary",
    `rename temporary to ${name}`,
    "open folder r",
    "sync folder",
  ];
  expect(told.splice(0)).toEqual(written("rates.lkg", 2));
  await store.stamp({ checkedAt: NOW, asOf: undefined }, contextOf());
  expect(told.splice(0)).toEqual(written("rates.lkg.at", 1));
  await store.remove(contextOf());
  expect(told).toEqual(["unlink rates.lkg", "unlink rates.lkg.at", "open folder r", "sync folder"]);
});

describe("a save that fails leaves what was there, whole", () => {
  test.each(["open", "mkdir", "rename"] as const)("%s fails", async (name) => {
    const { path, store, next } = pair();
    await store.save(recordOf(value), contextOf());
    const failing = createFileStore(path, { codec: json<typeof value>() }, failAt(name, "EROFS"));
    await expect(failing.save(recordOf({ eur: 2, usd: 2 }), contextOf())).rejects.toMatchObject({ code: "HS_STORE" });
    expect(await next.restore(contextOf())).toEqual(stored);
    expect(readdirSync(join(path, ".."))).toEqual(["rates.lkg"]);
  });

  test("where no folder can be made, the reason is the one of the system", async () => {
    const { path } = pair();
    // With `recursive`, Node says ENOENT on a file system that is read-only, for example in a hardened container.
    const mkdir = (async (folder, options) => {
      if (String(folder) === dirname(path)) return fs.mkdir(folder, options);
      const isRecursive = typeof options === "object" && options?.recursive;
      const code = isRecursive ? "ENOENT" : "EROFS";
      throw Object.assign(new Error(`${code}: mkdir '${String(folder)}'`), { code });
    }) as typeof fs.mkdir;
    const store = createFileStore(join(dirname(path), "a/b/c.lkg"), { codec: json<typeof value>() }, { ...fs, mkdir });
    await expect(store.save(recordOf(value), contextOf())).rejects.toMatchObject({
      code: "HS_STORE",
      message: expect.stringContaining(`EROFS: mkdir '${join(dirname(path), "a")}'`),
    });
  });

  test("a save that was given up leaves what was there, however late its disk or its codec answers", async () => {
    const { path, store, next } = pair();
    await store.save(recordOf(value), contextOf());
    const end = new AbortController();
    const late: Codec<typeof value> = {
      ...json<typeof value>(),
      async write(given) {
        const written = await json<typeof value>().write(given);
        end.abort(new Error("given up"));
        return written;
      },
    };
    const slow = fileStore(path, { codec: late });
    const newer = recordOf({ eur: 2, usd: 2 }, { checkedAt: NOW });
    await expect(slow.save(newer, contextOf({ signal: end.signal }))).rejects.toThrow("given up");
    await expect(store.stamp({ checkedAt: NOW, asOf: undefined }, contextOf({ signal: end.signal }))).rejects.toThrow(
      "given up",
    );
    expect(await next.restore(contextOf())).toEqual(stored);
    expect(readdirSync(join(path, ".."))).toEqual(["rates.lkg"]);
  });

  test.each([
    ["a folder", (path: string) => mkdirSync(path), "cannot be written"],
    ["a pipe", (path: string) => execFileSync("mkfifo", [path]), undefined],
  ] as const)("%s in the place of the file is ignored, and told of if it cannot be replaced", async (_, put, told) => {
    const { path, store } = pair();
    mkdirSync(join(path, ".."));
    put(path);
    expect(await reasonOf(store)).toBe("it is not a regular file");
    const saved = await store.save(recordOf(value), contextOf()).catch((error: unknown) => String(error));
    if (told === undefined) expect(saved).toBeUndefined();
    else expect(saved).toContain(told);
    expect(readdirSync(join(path, ".."))).toEqual(["rates.lkg"]);
  });

  test("the disk is full, after every number of bytes", async () => {
    const { path, store, next } = pair();
    await store.save(recordOf(value), contextOf());
    const size = statSync(path).size;
    for (let most = 0; most < size; most += 11) {
      const full = createFileStore(path, { codec: json<typeof value>() }, fullAfter(most));
      await expect(full.save(recordOf({ eur: 2, usd: 2 }), contextOf())).rejects.toThrow("no space left");
    }
    expect(await next.restore(contextOf())).toEqual(stored);
    expect(readdirSync(join(path, ".."))).toEqual(["rates.lkg"]);
  });

  test.skipIf(process.geteuid?.() !== 0 || process.platform !== "linux")("a real disk is full", async ({ skip }) => {
    const folder = scratch();
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], { stdio: "ignore" });
    } catch {
      skip("no tmpfs can be mounted here");
    }
    try {
      const path = join(folder, "rates.lkg");
      const store = fileStore(path, { codec: bytes() });
      await store.save(recordOf(new Uint8Array(20_000).fill(1)), contextOf());
      await expect(store.save(recordOf(new Uint8Array(200_000).fill(2)), contextOf())).rejects.toThrow(
        "cannot be written",
      );
      expect(readdirSync(folder)).toEqual(["rates.lkg"]);
      expect(await reasonOf(store)).toContain("used");
    } finally {
      execFileSync("umount", [folder]);
    }
  });

  test.skipIf(process.geteuid?.() !== 0 || process.platform !== "linux")(
    "a real file system that became read-only: the save is told, and the value that is there is restored",
    async ({ skip }) => {
      const folder = scratch();
      try {
        execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], { stdio: "ignore" });
      } catch {
        skip("no tmpfs can be mounted here");
      }
      try {
        const path = join(folder, "rates.lkg");
        const store = fileStore(path, { codec: json<typeof value>() });
        await store.save(recordOf(value), contextOf());
        execFileSync("mount", ["-o", "remount,ro", folder], { stdio: "ignore" });
        await expect(store.save(recordOf(value, { checkedAt: NOW }), contextOf())).rejects.toThrow("EROFS");
        await expect(store.remove(contextOf())).rejects.toThrow("EROFS");
        expect(await store.restore(contextOf())).toEqual(stored);
      } finally {
        execFileSync("umount", [folder]);
      }
    },
  );

  test.skipIf(process.geteuid?.() === 0)("a read-only folder", async () => {
    const { path, store } = pair();
    await store.save(recordOf(value), contextOf());
    chmodSync(join(path, ".."), 0o500);
    await expect(store.save(recordOf(value), contextOf())).rejects.toThrow("EACCES");
    chmodSync(join(path, ".."), 0o700);
  });

  test("stamps belong to no value after a failed save, so that the old value does not look young", async () => {
    const { path } = pair();
    let fails = false;
    const flaky = {
      ...fs,
      rename: ((a, b) => (fails ? Promise.reject(new Error("no")) : fs.rename(a, b))) as typeof fs.rename,
    };
    const store = createFileStore(path, { codec: json() }, flaky);
    await store.save(recordOf(value), contextOf());
    fails = true;
    await expect(store.save(recordOf(value), contextOf())).rejects.toThrow();
    fails = false;
    expect(await store.stamp({ checkedAt: NOW, asOf: undefined }, contextOf())).toHaveProperty("skipped");
    expect(existsSync(`${path}.at`)).toBe(false);
  });
});

describe("stamps beside the value", () => {
  test("are the age after a restart, and name the value's SHA-256", async () => {
    const { path, store, next } = pair();
    await store.save(recordOf(value, { asOf: NOW - 900 }), contextOf());
    expect(await store.stamp({ checkedAt: NOW, asOf: undefined }, contextOf())).toBeUndefined();
    expect(await next.restore(contextOf())).toEqual({ ...stored, checkedAt: NOW, asOf: undefined });
    const header = JSON.parse(readFileSync(path, "utf8").split("\n")[1] ?? "");
    expect(JSON.parse(readFileSync(`${path}.at`, "utf8").split("\n")[1] ?? "").of).toBe(header.sha256);
  });

  test("of another value, damaged, older or from the future do nothing", async () => {
    const { path, store, next } = pair();
    await store.save(recordOf(value), contextOf());
    const { sha256 } = JSON.parse(readFileSync(path, "utf8").split("\n")[1] ?? "");
    const lines = [
      await seal({ of: "0".repeat(64), checkedAt: NOW, asOf: undefined }),
      (await seal({ of: sha256, checkedAt: NOW, asOf: undefined })).replace("checkedAt", "checkedBt"),
      await seal({ of: sha256, checkedAt: NOW - 2_000, asOf: NOW }),
      await seal({ of: sha256, checkedAt: NOW + 300_001, asOf: undefined }),
      "garbage",
    ];
    for (const line of lines) {
      writeFileSync(`${path}.at`, line, { mode: 0o600 });
      expect(await next.restore(contextOf())).toEqual(stored);
    }
  });

  test("are not written for a value that another process has replaced, nor over newer ones", async () => {
    const { store, next } = pair();
    await store.save(recordOf(value), contextOf());
    await next.restore(contextOf());
    await next.stamp({ checkedAt: NOW - 1, asOf: undefined }, contextOf());
    expect(await store.stamp({ checkedAt: NOW - 2, asOf: undefined }, contextOf())).toEqual({
      skipped: "newer stamps are stored",
    });
    await next.save(recordOf({ eur: 2, usd: 2 }, { checkedAt: NOW }), contextOf());
    expect(await store.stamp({ checkedAt: NOW, asOf: undefined }, contextOf())).toEqual({
      skipped: "another value is stored",
    });
  });
});

describe("several writers of one file", () => {
  test("a newer file already there wins", async () => {
    const { store, next } = pair();
    await next.save(recordOf({ eur: 2, usd: 2 }, { checkedAt: NOW }), contextOf());
    expect(await store.save(recordOf(value), contextOf())).toEqual({ skipped: "a newer value is stored" });
    expect(await store.restore(contextOf())).toMatchObject({ value: { eur: 2 } });
  });

  test("a file that a restore would ignore never wins", async () => {
    const { path, store } = pair();
    const far = { checkedAt: NOW + 400_000 };
    await store.save(recordOf({ eur: 2, usd: 2 }, far), contextOf({ now: NOW + 400_000 }));
    for (const spoil of [
      () => {},
      () => chmodSync(path, 0o602),
      () => writeFileSync(path, "foreign"),
      () => writeFileSync(path, readFileSync(path).fill(1, 200, 210)),
    ]) {
      await fileStore(path, { codec: json() }).save(recordOf({ eur: 2, usd: 2 }, { checkedAt: NOW }), contextOf());
      spoil();
    }
    expect(await fileStore(path, { codec: json() }).save(recordOf(value), contextOf())).toBeUndefined();
    expect(await store.restore(contextOf())).toEqual(stored);
  });

  test("two resources of a process may not share a path", () => {
    const { path, store, next } = pair();
    const release = store.claim?.("rates");
    expect(() => next.claim?.("index")).toThrow(
      expect.objectContaining({ code: "HS_NAME_TAKEN", message: expect.stringContaining('the resource "rates"') }),
    );
    expect(() => fileStore(`${path}.at`, { codec: json() }).claim?.("index")).toThrow("Pass another path");
    release?.();
    next.claim?.("index")();
  });

  test("orphans older than an hour are removed, and nothing else", async () => {
    const { path, store } = pair();
    const folder = join(path, "..");
    mkdirSync(folder, { mode: 0o700 });
    const old = ["rates.lkg.0123456789abcdef.tmp", "rates.lkg.at.0123456789abcdef.tmp"];
    const kept = [
      "rates.lkg.fedcba9876543210.tmp",
      "rates.lkg.mine",
      "index.lkg.0123456789abcdef.tmp",
      "rates.lkg.1.tmp",
    ];
    for (const name of [...old, ...kept]) writeFileSync(join(folder, name), "");
    for (const name of [...old, ...kept.slice(1)]) utimesSync(join(folder, name), 0, NOW / 1_000 - 3_601);
    utimesSync(join(folder, kept[0] ?? ""), 0, NOW / 1_000 - 3_599);
    await store.save(recordOf(value), contextOf());
    expect(readdirSync(folder).sort()).toEqual([...kept, "rates.lkg"].sort());
  });
});

describe("codecs", () => {
  test("json() refuses at the save what JSON cannot restore, told once", async () => {
    class Rate {}
    const lost: [unknown, string][] = [
      [new Map(), "a Map at the top"],
      [{ a: [new Set()] }, "a Set at .a[0]"],
      [{ at: new Date() }, "a Date at .at"],
      [[1n], "a bigint at [0]"],
      [new Uint8Array(), "a Uint8Array at the top"],
      [{ rate: new Rate() }, "a Rate at .rate"],
      [[undefined], "undefined at [0]"],
      [Array(1), "undefined at [0]"],
      [NaN, "NaN at the top"],
      [{ f: () => {} }, "a function at .f"],
      [{ s: Symbol("s") }, "a symbol at .s"],
    ];
    const round: { a?: unknown } = {};
    round.a = [round];
    lost.push([round, "a circle at .a[0]"]);
    for (const [given, what] of lost) {
      const { store } = pair(json<unknown>());
      await expect(store.save(recordOf(given), contextOf())).rejects.toThrow(
        `cannot be written: JSON cannot restore ${what}.`,
      );
      expect(await store.save(recordOf(given), contextOf())).toEqual({ skipped: expect.stringContaining(what) });
    }
  });

  test("json() takes what JSON gives back, shared parts and absent properties too", async () => {
    const shared = { n: 1 };
    const given = { shared, again: [shared, shared], none: undefined, nil: null, s: "ü\u2028", deep: [[[]]] };
    const { store, next } = pair(json<unknown>());
    await store.save(recordOf<unknown>(given), contextOf());
    expect(await next.restore(contextOf())).toMatchObject({ value: JSON.parse(JSON.stringify(given)) });
  });

  test("json({ write, read }) converts", async () => {
    const codec = json({ write: (map: Map<string, number>) => [...map], read: (rows) => new Map(rows) });
    const { store, next } = pair(codec);
    await store.save(recordOf(new Map([["eur", 1]])), contextOf());
    expect(await next.restore(contextOf())).toMatchObject({ value: new Map([["eur", 1]]) });
  });

  test("bytes() gives bytes that begin at offset 0 of a buffer of their own", async () => {
    const { store, next } = pair(bytes());
    const given = new Uint8Array(new Float64Array([1, 2, 3]).buffer);
    await store.save(recordOf(given), contextOf());
    const restored = await next.restore(contextOf());
    const back = restored && "value" in restored ? restored.value : new Uint8Array();
    expect([back, back.byteOffset, back.buffer.byteLength]).toEqual([given, 0, 24]);
    await expect(store.save(recordOf("text" as never), contextOf())).rejects.toThrow(
      "bytes() accepts only a Uint8Array",
    );
  });

  test("v8() gives Maps and Dates back, and is refused when the version differs", async () => {
    const given = new Map([["at", new Date(7)]]);
    const { path, store, next } = pair(v8<typeof given>());
    await store.save(recordOf(given), contextOf());
    expect(await next.restore(contextOf())).toMatchObject({ value: given });
    expect(v8().name).toBe(`v8 ${process.versions.v8}`);
    const other = { ...v8<typeof given>(), name: "v8 1.2" };
    expect(await reasonOf(fileStore(path, { codec: other }))).toMatch(/^its codec is "v8 .*", not "v8 1\.2"$/);
  });
});

describe("options", () => {
  test("are refused at the call", () => {
    expect(() => fileStore("", { codec: json() })).toThrow('fileStore\'s path is ""');
    expect(() => fileStore("a", {} as never)).toThrow("codec.read is undefined");
    expect(() => fileStore("a", { codec: json(), maxAge: "soon" })).toThrow("maxAge");
    expect(() => fileStore("a", { codec: json(), schema: 2 as never })).toThrow("schema is 2");
    expect(() => fileStore("a", { codec: json(), maxage: 1 } as never)).toThrow('Did you mean "maxAge"');
    expect(() => json({ write: 1 } as never)).toThrow("json's write is 1");
  });
});
