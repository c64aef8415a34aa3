import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { json } from "../../src/store/json.ts";
import { bytes } from "../../src/store/kv/bytes.ts";
import { kvStore, type KvNamespaceLike, type StorageLike } from "../../src/store/kv/kv-store.ts";
import type { Store } from "../../src/store/create-store.ts";
import type { Codec } from "../../src/store/store.ts";
import { ROOT } from "../repo/tree.ts";
import { open } from "./storage.ts";
import { contextOf, NOW, recordOf } from "./kit.ts";

const value = { eur: 1, text: "ü\u0000" };

async function reasonOf<T>(store: Store<T>, changes = {}): Promise<string> {
  const restored = await store.restore(contextOf(changes));
  return restored && "ignored" in restored ? restored.ignored : `used: ${JSON.stringify(restored)}`;
}

/** The methods of a namespace of Cloudflare KV alone. */
function namespaceOf(entries: Map<string, string>): KvNamespaceLike {
  return {
    get: async (key) => entries.get(key) ?? null,
    put: async (key, text) => void entries.set(key, text),
    delete: async (key) => void entries.delete(key),
  };
}

test("kvStore takes a namespace of Cloudflare KV as it is", async () => {
  const entries = new Map<string, string>();
  const make = (): Store<typeof value> => kvStore(namespaceOf(entries), "rates", { codec: json() });
  const store = make();
  expect(await store.restore(contextOf())).toBeUndefined();
  await store.save(recordOf(value), contextOf());
  await store.stamp({ checkedAt: NOW, asOf: undefined }, contextOf());
  expect(await make().restore(contextOf())).toMatchObject({ value, checkedAt: NOW });
  await store.remove(contextOf());
  expect(entries.size).toBe(0);
});

/** Counts the writes. */
function counted(storage: StorageLike): StorageLike & { readonly writes: string[] } {
  const writes: string[] = [];
  return {
    writes,
    getItemRaw: (key) => storage.getItemRaw(key),
    setItemRaw: (key, text) => (writes.push(key), storage.setItemRaw(key, text)),
    removeItem: (key) => storage.removeItem(key),
  };
}

const STORAGES = ["unstorage in memory", "unstorage on files", "unstorage on Redis", "unstorage on Cloudflare KV"];

describe.each(STORAGES)("kvStore on %s", (name) => {
  const make = async <T = typeof value>(skip: (note: string) => void, codec: Codec<T> = json<T>(), options = {}) => {
    const opened = await open(name);
    if (typeof opened === "string") skip(opened);
    const storage = counted(opened as StorageLike);
    const key = `rates-${Math.random().toString(36).slice(2)}`;
    const store = () => kvStore(storage, key, { codec, ...options });
    return { storage, key, store: store(), next: store() };
  };

  test("a value comes back with its revision and its true stamps, and remove() removes it", async ({ skip }) => {
    const { storage, key, store, next } = await make(skip);
    expect(await next.restore(contextOf())).toBeUndefined();
    expect(await store.save(recordOf(value, { asOf: NOW - 7 }), contextOf())).toBeUndefined();
    const restored = { value, revision: '"1"', checkedAt: NOW - 1_000, origin: "store" };
    expect(await next.restore(contextOf())).toEqual({ ...restored, asOf: NOW - 7 });
    expect(await store.stamp({ checkedAt: NOW, asOf: NOW - 5 }, contextOf())).toBeUndefined();
    expect(await next.restore(contextOf())).toEqual({ ...restored, checkedAt: NOW, asOf: NOW - 5 });
    expect(storage.writes).toEqual([key, `${key}.at`]);
    await store.remove(contextOf());
    expect(await next.restore(contextOf())).toBeUndefined();
  });

  test("bytes come back, also those that are no text, also many", async ({ skip }) => {
    const { store, next } = await make(skip, bytes());
    const given = new Uint8Array(300_000).map((_, at) => (at * 31) % 256);
    await store.save(recordOf(given), contextOf());
    const restored = await next.restore(contextOf());
    expect(restored && "value" in restored && Buffer.compare(restored.value, given)).toBe(0);
  });

  test("the value is written only when the revision there is another", async ({ skip }) => {
    const { storage, key, store, next } = await make(skip);
    await store.save(recordOf(value), contextOf());
    await next.save(recordOf(value, { checkedAt: NOW }), contextOf());
    expect(storage.writes).toEqual([key, `${key}.at`]);
    expect(await store.restore(contextOf())).toMatchObject({ checkedAt: NOW });
    await next.save(recordOf(value, { checkedAt: NOW, revision: '"2"' }), contextOf());
    await next.save(recordOf(value, { checkedAt: NOW, revision: undefined }), contextOf());
    await next.save(recordOf(value, { checkedAt: NOW, revision: undefined }), contextOf());
    expect(storage.writes.slice(2)).toEqual([key, key, key]);
  });

  test("a newer value wins, and one that a restore would ignore never does", async ({ skip }) => {
    const { storage, key, store, next } = await make(skip);
    await next.save(recordOf(value, { revision: '"2"', checkedAt: NOW }), contextOf());
    expect(await store.save(recordOf(value), contextOf())).toEqual({ skipped: "a newer value is stored" });
    await storage.setItemRaw(key, "foreign");
    expect(await reasonOf(next)).toBe("its format is unknown");
    expect(await store.save(recordOf(value), contextOf())).toBeUndefined();
    expect(await reasonOf(next)).toContain("used");
  });

  test("what must not be used is ignored with a reason", async ({ skip }) => {
    const { storage, key, store, next } = await make(skip, json<typeof value>(), { maxAge: "1d" });
    await store.save(recordOf(value), contextOf());
    expect(await reasonOf(next, { name: "index" })).toBe('its resource is "rates", not "index"');
    expect(await reasonOf(next, { source: undefined })).toBe('its source is "https://rates.example/v2", not unknown');
    expect(await reasonOf(next, { now: NOW - 400_000 })).toBe("its time stamps are in the future");
    expect(await reasonOf(next, { now: NOW + 86_400_000 })).toBe("it is older than maxAge");
    expect(await reasonOf(kvStore(storage, key, { codec: json(), schema: "2" }))).toBe('its schema is "", not "2"');
    expect(await reasonOf(kvStore(storage, key, { codec: bytes() }))).toBe('its codec is "json", not "base64"');
    const text = String(await storage.getItemRaw(key));
    await storage.setItemRaw(key, text.slice(0, -1));
    expect(await reasonOf(next)).toBe("its body is damaged");
    await storage.setItemRaw(key, text.replace('"checkedAt":1', '"checkedAt":2'));
    expect(await reasonOf(next)).toBe("its header is damaged");
  });
});

const DENO = join(ROOT, "tools/runtimes/node_modules/.bin/deno");
const UNSTORAGE = join(ROOT, "tools/store/node_modules/unstorage");
const hasDenoKv = existsSync(DENO) && existsSync(UNSTORAGE);
if (!hasDenoKv) console.log("skipped on Deno KV: run node tools/install.mjs runtimes store");

test.skipIf(!hasDenoKv)(
  "kvStore on unstorage on Deno KV saves, restores, stamps and removes",
  { timeout: 30_000 },
  () => {
    const args = ["run", "-A", "--unstable-kv", join(ROOT, "test/store/deno-kv.mjs"), UNSTORAGE];
    expect(JSON.parse(execFileSync(DENO, args, { encoding: "utf8" }))).toEqual([
      null,
      [{ eur: 1 }, -9, "store"],
      [{ eur: 1 }, 0, "store"],
      null,
    ]);
  },
);

test("a write that was given up does nothing when its storage answers at last", async () => {
  const kept = new Map<string, string>();
  let answer = (): void => {};
  const slow: StorageLike = {
    getItemRaw: (key) => new Promise((resolve) => (answer = () => resolve(kept.get(key)))),
    setItemRaw: (key, text) => Promise.resolve(kept.set(key, text)),
    removeItem: (key) => Promise.resolve(kept.delete(key)),
  };
  const store = kvStore(slow, "rates", { codec: json() });
  const end = new AbortController();
  const saved = store.save(recordOf(value), contextOf({ signal: end.signal }));
  await new Promise(setImmediate);
  end.abort(new Error("given up"));
  answer();
  await expect(saved).rejects.toThrow("given up");
  expect([...kept]).toEqual([]);
});

test("a codec that is given up writes nothing, nor do stamps", async () => {
  const kept = new Map<string, string>();
  const storage: StorageLike = {
    getItemRaw: (key) => Promise.resolve(kept.get(key)),
    setItemRaw: (key, text) => Promise.resolve(kept.set(key, text)),
    removeItem: (key) => Promise.resolve(kept.delete(key)),
  };
  const store = kvStore(storage, "rates", { codec: json<typeof value>() });
  const over = contextOf({ signal: AbortSignal.abort(new Error("given up")) });
  await expect(store.save(recordOf(value), over)).rejects.toThrow("given up");
  await store.save(recordOf(value), contextOf());
  const before = [...kept];
  await expect(store.stamp({ checkedAt: NOW, asOf: undefined }, over)).rejects.toThrow("given up");
  expect([...kept]).toEqual(before);
});

test.each([
  ["a number", 7],
  ["an object", { a: 1 }],
  ["another record's text", "health-state-record 1 0\n{}\n"],
  ["an empty text", ""],
])("a storage that lies, with %s, gives no value and throws nothing that is not told", async (_, lie) => {
  const storage: StorageLike = {
    getItemRaw: () => Promise.resolve(lie),
    setItemRaw: () => Promise.resolve(),
    removeItem: () => Promise.resolve(),
  };
  const store = kvStore(storage, "rates", { codec: json() });
  const restored = await store.restore(contextOf()).catch((error: unknown) => error);
  expect(restored instanceof Error || (restored && "ignored" in Object(restored))).toBe(true);
});

test("a storage that gives an error in place of a value fails with that error", async () => {
  // unstorage on files gives EACCES so.
  const denied = Object.assign(new Error("EACCES: permission denied, open 'rates'"), { code: "EACCES" });
  const storage = { getItemRaw: async () => denied, setItemRaw: async () => {}, removeItem: async () => {} };
  await expect(kvStore(storage, "rates", { codec: json() }).restore(contextOf())).rejects.toThrow("permission denied");
});

test("a storage that fails rejects, and an option that is wrong is refused at the call", async () => {
  const broken: StorageLike = {
    getItemRaw: () => Promise.reject(new Error("gone")),
    setItemRaw: () => Promise.reject(new Error("gone")),
    removeItem: () => Promise.reject(new Error("gone")),
  };
  const store = kvStore(broken, "rates", { codec: json() });
  await expect(store.restore(contextOf())).rejects.toThrow("gone");
  await expect(store.save(recordOf(1), contextOf())).rejects.toThrow("gone");
  expect(await store.stamp({ checkedAt: NOW, asOf: undefined }, contextOf())).toHaveProperty("skipped");
  expect(() => kvStore({} as never, "a", { codec: json() })).toThrow("storage.getItemRaw is undefined");
  expect(() => kvStore(broken, "a", { codec: json(), ttl: 1 } as never)).toThrow('has no option "ttl"');
});
