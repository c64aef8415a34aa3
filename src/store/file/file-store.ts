import * as fsPromises from "node:fs/promises";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { fail, invalidOption } from "../../option/invalid-option.ts";
import {
  checkHeader,
  checkRecordOptions,
  expectedBy,
  reasonText,
  seal,
  type Header,
  type RecordOptions,
  type StampsHeader,
} from "../record.ts";
import { toStore, type Store } from "../create-store.ts";
import { StoreError, type StoreContext } from "../store.ts";
import { isSystemError, MOST_HEADER_BYTES, withRecord, type FileSystem, type OpenRecord } from "./plain-file.ts";
import { sha256Of } from "./sha256.ts";
import { removeFiles, removeOrphans, replaceFile } from "./write-file.ts";

/** How often orphans are looked for, in ms. */
const SWEEP_MS = 3_600_000;

/** The places in use in this process, with the names of their resources. */
const claims = new Map<string, string>();

/**
 * Creates a store that saves the last accepted value of a resource in a file, for the next start.
 *
 * It writes a temporary file in the same folder, syncs it to disk, and renames it. So the file contains the old value
 * or the new one, even after a kill or a power failure. If another process has saved a newer value, that value stays.
 * `<path>.at` contains the newest time stamps. A new folder has mode 0700, and the file has mode 0600. A file that
 * other users may write to is ignored.
 *
 * @param path the file, relative to the working folder of this call
 * @throws TypeError for a wrong option
 * @example
 * lastKnownGood: fileStore("data/rates.lkg", { codec: json(), maxAge: "7d", schema: "2" });
 */
export function fileStore<T>(path: string, options: RecordOptions<T>): Store<T> {
  return createFileStore(path, options, fsPromises);
}

/**
 * A file store on a file system that is handed in.
 *
 * @internal
 */
export function createFileStore<T>(path: string, options: RecordOptions<T>, fs: FileSystem): Store<T> {
  if (typeof path !== "string" || !path) invalidOption("fileStore's path", path, "the path of a file");
  const checked = checkRecordOptions("fileStore()", options);
  const { codec, maxAgeMs } = checked;
  const place = resolve(path);
  const stampsPlace = `${place}.at`;
  /** The value that was saved or restored last: stamps belong to it. */
  let own: { readonly sha256: string; readonly identity: string } | undefined;
  let refused = false;
  let sweptAt = -Infinity;

  /** The newest stamps beside the value. They only help, so stamps that cannot be read are ignored. */
  const stampsBeside = (): Promise<StampsHeader | undefined> =>
    withRecord<StampsHeader, StampsHeader>(fs, stampsPlace, ({ header }) => Promise.resolve(header)).catch(
      () => undefined,
    );

  /** Reads a usable record and checks its body. Reads nothing if the file is the known one. */
  const readUsable = async <R>(
    context: StoreContext,
    use: (header: Header, body: Uint8Array, identity: string) => R | Promise<R>,
    known?: string,
  ): Promise<R | undefined> =>
    withRecord(fs, place, async ({ header: sealed, identity, readBody }: OpenRecord<Header>) => {
      if (identity === known) return undefined;
      const header = checkHeader(sealed, await stampsBeside(), expectedBy(checked, context), {
        maxAgeMs,
        now: context.now,
      });
      return use(header, await readBody(header, context.signal), identity);
    });

  /** Whether the file at the place is the one that this store wrote or read last. */
  const isOwn = async (): Promise<boolean> => {
    const identity = own?.identity;
    if (identity === undefined) return false;
    const found = await withRecord<Header, boolean>(fs, place, (record) =>
      Promise.resolve(record.identity === identity || record.header.sha256 === own?.sha256),
    ).catch(() => false);
    return found ?? false;
  };

  return toStore<T>({
    claim(name) {
      const places = [place, stampsPlace];
      const taken = places.map((one) => claims.get(one)).find((other) => other !== undefined);
      if (taken !== undefined)
        fail(
          "HS_NAME_TAKEN",
          `${place} is already the file of the resource "${taken}". Pass another path for "${name}".`,
        );
      for (const one of places) claims.set(one, name);
      return () => places.forEach((one) => claims.delete(one));
    },
    async restore(context) {
      try {
        return await readUsable(context, async ({ sha256, revision, checkedAt, asOf }, body, identity) => {
          const value = await codec.read(body);
          own = { sha256, identity };
          return { value, revision, checkedAt, asOf, origin: "store" as const };
        });
      } catch (error) {
        if (context.signal.aborted || isSystemError(error)) throw failure("read", place, error);
        return { ignored: reasonText(error) };
      }
    },
    async save({ value, ...about }, context) {
      const before = own?.identity;
      // Until the write is done, stamps belong to no value.
      own = undefined;
      let body: Uint8Array;
      try {
        body = await codec.write(value);
        refused = false;
      } catch (error) {
        // Told once, because every later value of the resource has the same form.
        if (refused) return { skipped: reasonText(error) };
        refused = true;
        throw failure("written", place, error);
      }
      const header: Header = {
        ...expectedBy(checked, context),
        ...about,
        bytes: body.length,
        sha256: await sha256Of(body),
        writer: `node ${process.version}, pid ${process.pid}, ${hostname()}`,
      };
      const lines = new TextEncoder().encode(await seal(header));
      if (lines.length > MOST_HEADER_BYTES) throw new StoreError(`the header of ${place} is longer than 64 kB`);
      const newerThere = async (): Promise<{ skipped: string } | undefined> => {
        // A save that was given up must not replace a newer value, or restore a removed one.
        context.signal.throwIfAborted();
        // A file that a restore would ignore does not count. The last file of this store is older.
        const there = await readUsable(context, ({ checkedAt }) => checkedAt, before).catch(() => undefined);
        return there !== undefined && there > about.checkedAt ? { skipped: "a newer value is stored" } : undefined;
      };
      try {
        const identity = await replaceFile(fs, place, [lines, body], newerThere);
        if (typeof identity !== "string") return identity;
        own = { sha256: header.sha256, identity };
      } catch (error) {
        throw failure("written", place, error);
      }
      if (context.now - sweptAt > SWEEP_MS) {
        sweptAt = context.now;
        await removeOrphans(fs, place, context.now);
      }
      return undefined;
    },
    async stamp({ checkedAt, asOf }, { signal }) {
      if (!own) return { skipped: "no value of this store is saved" };
      const { sha256 } = own;
      if (!(await isOwn())) return { skipped: "another value is stored" };
      const there = await stampsBeside();
      if (there?.of === sha256 && there.checkedAt > checkedAt) return { skipped: "newer stamps are stored" };
      const lines = new TextEncoder().encode(await seal({ of: sha256, checkedAt, asOf }));
      try {
        await replaceFile(fs, stampsPlace, [lines], () => {
          signal.throwIfAborted();
          return Promise.resolve(undefined);
        });
      } catch (error) {
        throw failure("written", stampsPlace, error);
      }
      return undefined;
    },
    async remove() {
      own = undefined;
      try {
        await removeFiles(fs, [place, stampsPlace]);
      } catch (error) {
        throw failure("removed", place, error);
      }
    },
  });
}

function failure(deed: string, path: string, cause: unknown): StoreError {
  return new StoreError(`${path} cannot be ${deed}: ${reasonText(cause)}`, { cause });
}
