import * as fs from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { withRecord } from "../store/file/plain-file.ts";
import { sha256Of } from "../store/file/sha256.ts";
import { replaceFile } from "../store/file/write-file.ts";
import { checkHeader, seal, type Header } from "../store/record.ts";
import type { Codec, Stamps } from "../store/store.ts";

/** The number of kept revisions. A slow reader then still finds the previous one. */
const KEPT = 2;

/** The names of temporary files and sockets. */
const ORPHAN = /\.(?:[0-9a-f]{16}\.tmp|sock\.[0-9a-f]{8})$/;

/** A temporary file older than this, in ms, is from a process that died. */
const ORPHAN_MS = 3_600_000;

/** The name in the records. No other code writes this name. */
const RESOURCE = "shared";

/** The pointer to a value in the folder. */
export interface Pointer extends Stamps {
  readonly revision: string;
  /** The SHA-256 of the value. It is the name of the file. */
  readonly sha256: string;
}

/** The values of a group of processes in a folder. Each value has a file, and a pointer names the newest value. */
export interface SharedFolder<T> {
  /** Reads the pointer to the newest value. `undefined` if this process can use no value. */
  readPointer(): Promise<Pointer | undefined>;
  /** Reads the value of a pointer. `undefined` if its file is gone. */
  readValue(pointer: Pointer, signal: AbortSignal): Promise<T | undefined>;
  /** Writes a value and the pointer to it. Without a revision, the SHA-256 is the revision. */
  write(value: T, revision: string | undefined, stamps: Stamps): Promise<Pointer>;
  /** Writes a pointer to the same value with newer times. */
  stamp(pointer: Pointer, stamps: Stamps): Promise<void>;
}

/** Creates the access to a folder. It opens no file yet. */
export function createSharedFolder<T>(folder: string, codec: Codec<T>): SharedFolder<T> {
  const place = join(folder, "pointer");
  const fileOf = (sha256: string): string => join(folder, `${sha256}.value`);
  const expected = { resource: RESOURCE, source: undefined, codec: codec.name, schema: "" };
  /** The names of the last values, the newest first. */
  let kept: readonly string[] = [];

  const check = (header: Header): Header =>
    checkHeader(header, undefined, expected, { maxAgeMs: Infinity, now: Date.now() });

  const point = async ({ sha256, revision }: Pointer, stamps: Stamps): Promise<void> => {
    const header: Header = { ...expected, ...stamps, revision, sha256, bytes: 0, writer: writer() };
    await replaceFile(fs, place, [new TextEncoder().encode(await seal(header))], () => Promise.resolve(undefined));
  };

  const readPointer = async (): Promise<Pointer | undefined> =>
    withRecord<Header, Pointer>(fs, place, ({ header }) => {
      const { sha256, checkedAt, asOf, revision = `sha256:${sha256}` } = check(header);
      return Promise.resolve({ sha256, checkedAt, asOf, revision });
    });

  /** Removes old values, and temporary files of dead processes. A file that cannot be removed is tried later. */
  const sweep = async (newest: string): Promise<void> => {
    kept = [newest, ...kept.filter((name) => name !== newest)].slice(0, KEPT);
    const names = kept.map((sha256) => `${sha256}.value`);
    for (const name of await fs.readdir(folder)) {
      const isOld = name.endsWith(".value") && !names.includes(name);
      if (isOld || (ORPHAN.test(name) && (await isOrphan(join(folder, name)))))
        await fs.unlink(join(folder, name)).catch(() => {});
    }
  };

  return {
    readPointer,
    readValue: ({ sha256 }, signal) =>
      withRecord<Header, T>(fs, fileOf(sha256), async ({ header, readBody }) => {
        return codec.read(await readBody(check(header), signal));
      }),
    async write(value, given, stamps) {
      const body = await codec.write(value);
      const sha256 = await sha256Of(body);
      const revision = given ?? `sha256:${sha256}`;
      if (kept.length === 0) {
        // A process that takes over keeps the value of its predecessor.
        const before = await readPointer().catch(() => undefined);
        if (before) kept = [before.sha256];
      }
      const header: Header = { ...expected, ...stamps, revision, sha256, bytes: body.length, writer: writer() };
      const lines = new TextEncoder().encode(await seal(header));
      await replaceFile(fs, fileOf(sha256), [lines, body], () => Promise.resolve(undefined));
      const pointer = { sha256, revision, ...stamps };
      await point(pointer, stamps);
      await sweep(sha256);
      return pointer;
    },
    stamp: point,
  };
}

async function isOrphan(path: string): Promise<boolean> {
  return fs.lstat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs > ORPHAN_MS,
    () => false,
  );
}

function writer(): string {
  return `node ${process.version}, pid ${process.pid}, ${hostname()}`;
}
