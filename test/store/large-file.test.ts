import * as fs from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bytes } from "../../src/store/bytes.ts";
import { createFileStore, fileStore } from "../../src/store/file/file-store.ts";
import type { FileSystem } from "../../src/store/file/plain-file.ts";
import { contextOf, recordOf, scratch } from "./kit.ts";

const MiB = 2 ** 20;

interface Watched {
  readonly fs: FileSystem;
  /** How many reads of the body ran at once, at most. */
  most: number;
  /** How many ran when the file was closed. */
  atClose: number | undefined;
  begun: number;
}

/** A file system whose reads give at most `part` bytes, and tell `onRead` of each. */
function watched(part: number, onRead: (begun: number) => void = () => {}): Watched {
  const seen: Watched = {
    fs: {
      ...fs,
      open: async (path, flags, mode) => {
        const handle = await fs.open(path, flags, mode);
        let running = 0;
        // SAFETY: the store calls it in this form alone.
        const read = handle.read.bind(handle) as (...args: readonly [Uint8Array, number, number, number]) => Promise<{
          bytesRead: number;
          buffer: Uint8Array;
        }>;
        const close = handle.close.bind(handle);
        return Object.assign(handle, {
          async read(into: Uint8Array, at: number, length: number, from: number) {
            seen.most = Math.max(seen.most, ++running);
            onRead(++seen.begun);
            try {
              return await read(into, at, Math.min(length, part), from);
            } finally {
              running--;
            }
          },
          close() {
            seen.atClose = running;
            return close();
          },
        });
      },
    },
    most: 0,
    atClose: undefined,
    begun: 0,
  };
  return seen;
}

async function storedFile(length: number): Promise<{ readonly path: string; readonly value: Uint8Array }> {
  const path = join(scratch(), "index.lkg");
  const value = new Uint8Array(length).map((_, at) => (at * 7) % 251);
  await fileStore(path, { codec: bytes() }).save(recordOf(value), contextOf());
  return { path, value };
}

test.each([0, 1, MiB - 1, MiB, MiB + 1, 5 * MiB + 3])(
  "%i bytes are read in pieces, a few of them at once, however little a read gives",
  async (length) => {
    const { path, value } = await storedFile(length);
    const seen = watched(300_000);
    const restored = await createFileStore(path, { codec: bytes() }, seen.fs).restore(contextOf());
    expect(restored && "value" in restored && Buffer.compare(restored.value, value)).toBe(0);
    expect(seen.most).toBe(Math.min(3, Math.max(1, Math.ceil(length / MiB))));
    expect(seen.atClose).toBe(0);
  },
);

test("a read that nobody waits for any more stops, and the file is closed when no read is left", async () => {
  const { path } = await storedFile(20 * MiB);
  const controller = new AbortController();
  // The first read is of the header.
  const seen = watched(MiB, (begun) => begun === 4 && controller.abort());
  const store = createFileStore(path, { codec: bytes() }, seen.fs);
  await expect(store.restore(contextOf({ signal: controller.signal }))).rejects.toMatchObject({ code: "HS_STORE" });
  expect(seen.begun).toBeLessThan(8);
  expect(seen.atClose).toBe(0);
});
