import { checkFunction, invalidOption, propertyOf } from "../../option/invalid-option.ts";
import {
  checkBody,
  checkHeader,
  checkRecordOptions,
  expectedBy,
  reasonText,
  seal,
  sha256Of,
  unseal,
  type Header,
  type RecordOptions,
  type StampsHeader,
} from "../record.ts";
import { toStore, type Store } from "../create-store.ts";
import type { Ignored, Saved, Stamps, StoreContext } from "../store.ts";

/** What a store needs of a key-value storage. A storage of unstorage is one. */
export interface StorageLike {
  /** The text or the bytes of a key; `null` or `undefined` where there are none. */
  getItemRaw(key: string): Promise<unknown>;
  /** Writes a text. */
  setItemRaw(key: string, value: string): Promise<unknown>;
  /** Removes a key, if it is there. */
  removeItem(key: string): Promise<unknown>;
}

/** What a store needs of a namespace of Cloudflare KV. */
export interface KvNamespaceLike {
  /** The text of a key; `null` where there is none. */
  get(key: string): Promise<string | null>;
  /** Writes a text. */
  put(key: string, value: string): Promise<unknown>;
  /** Removes a key, if it is there. */
  delete(key: string): Promise<unknown>;
}

/**
 * Creates a store that saves the last accepted value of a resource under one key of a key-value storage: a namespace of
 * Cloudflare KV, or a storage of unstorage, such as Redis or Deno KV. The time stamps are under `<key>.at`. Both are
 * text, so the codec must be `json()`, or `bytes()` of `health-state/kv`.
 *
 * Several replicas may share a key. A value is not written if the stored one has the same revision or is newer.
 *
 * @throws TypeError for a wrong option
 * @example
 * lastKnownGood: kvStore(createStorage({ driver: redisDriver({ url }) }), "rates", { codec: json(), maxAge: "7d" });
 */
export function kvStore<T>(given: StorageLike | KvNamespaceLike, key: string, options: RecordOptions<T>): Store<T> {
  const storage = storageOf(given);
  if (typeof key !== "string" || key === "") invalidOption("kvStore's key", key, "the key that the value lies under");
  const checked = checkRecordOptions("kvStore()", options);
  const { codec, maxAgeMs } = checked;
  // With `:at`, a storage of unstorage on files would need a folder in the place of the value.
  const stampsKey = `${key}.at`;
  /** The SHA-256 of the value that was saved or restored last. */
  let own: string | undefined;

  /** Uses the record under the key, if there is one that may be used. */
  const read = async <R>(
    context: StoreContext,
    use: (header: Header, body: Uint8Array) => R | Promise<R>,
  ): Promise<R | Ignored | undefined> => {
    const text = toText(await storage.getItemRaw(key));
    if (text === undefined) return undefined;
    const beside = toText(await storage.getItemRaw(stampsKey)) ?? "";
    try {
      const stamps = await unseal<StampsHeader>(beside).catch(() => undefined);
      const sealed = await unseal<Header>(text);
      const header = checkHeader(sealed, stamps, expectedBy(checked, context), {
        maxAgeMs,
        now: context.now,
      });
      const body = new TextEncoder().encode(text.slice(text.indexOf("\n", text.indexOf("\n") + 1) + 1));
      await checkBody(header, body);
      return await use(header, body);
    } catch (error) {
      return { ignored: reasonText(error) };
    }
  };

  const stamp = async ({ checkedAt, asOf }: Stamps, { signal }: StoreContext): Promise<Saved> => {
    if (!own) return { skipped: "no value of this store is saved" };
    const text = await seal({ of: own, checkedAt, asOf });
    signal.throwIfAborted();
    await storage.setItemRaw(stampsKey, text);
    return undefined;
  };

  return toStore<T>({
    stamp,
    restore: (context) =>
      read(context, async ({ sha256, revision, checkedAt, asOf }, body) => {
        const value = await codec.read(body);
        own = sha256;
        return { value, revision, checkedAt, asOf, origin: "store" };
      }),
    async save({ value, ...about }, context) {
      // Until the write is done, stamps belong to no value.
      own = undefined;
      const body = await codec.write(value);
      const there = await read(context, (header) => header);
      if (there && "sha256" in there) {
        if (there.checkedAt > about.checkedAt) return { skipped: "a newer value is stored" };
        if (about.revision && about.revision === there.revision) {
          own = there.sha256;
          return stamp(about, context);
        }
      }
      // Before the write, because a codec that gives no text must not leave half a record.
      const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
      const sha256 = await sha256Of(body);
      const header = { ...expectedBy(checked, context), ...about, bytes: body.length, sha256, writer: "kvStore" };
      const lines = await seal(header);
      // A save that was given up must not replace a newer value, or restore a removed one.
      context.signal.throwIfAborted();
      await storage.setItemRaw(key, lines + text);
      own = sha256;
      return undefined;
    },
    async remove() {
      own = undefined;
      await storage.removeItem(key);
      await storage.removeItem(stampsKey);
    },
  });
}

/** @throws TypeError unless it is a storage or a namespace */
function storageOf(given: StorageLike | KvNamespaceLike): StorageLike {
  if (isNamespace(given))
    return {
      getItemRaw: (key) => given.get(key),
      setItemRaw: (key, value) => given.put(key, value),
      removeItem: (key) => given.delete(key),
    };
  for (const method of ["getItemRaw", "setItemRaw", "removeItem"])
    checkFunction(
      `storage.${method}`,
      propertyOf(given, method),
      "a namespace of Cloudflare KV, a storage of unstorage, or an object with the methods of one of them",
    );
  return given;
}

/** A storage of unstorage may have short names too, such as `get`. */
function isNamespace(given: StorageLike | KvNamespaceLike): given is KvNamespaceLike {
  const has = (method: string): boolean => typeof propertyOf(given, method) === "function";
  return !has("getItemRaw") && ["get", "put", "delete"].every(has);
}

/** The text of what a storage gave. */
function toText(given: unknown): string | undefined {
  if (given === null || given === undefined) return undefined;
  // unstorage gives an error of a file as a value.
  if (given instanceof Error) throw given;
  // SAFETY: a storage gives text or bytes; everything else is refused by the decoder with an error.
  return typeof given === "string" ? given : new TextDecoder().decode(given as Uint8Array);
}
