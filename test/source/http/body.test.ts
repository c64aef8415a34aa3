import { expect, test } from "vitest";
import { readAll } from "../../../src/source/http/body.ts";

/** Gives the parts one after the other, each as a window on the same buffer, as a connection may. */
function windows(lengths: readonly number[]): { read: () => Promise<Uint8Array | undefined>; whole: Uint8Array } {
  const buffer = new Uint8Array(8);
  let next = 0;
  return {
    whole: Uint8Array.from(lengths.flatMap((length, at) => Array.from({ length }, () => at % 251))),
    read: () => {
      const length = lengths[next];
      if (length === undefined) return Promise.resolve(undefined);
      const part = buffer.subarray(0, length);
      part.fill(next++ % 251);
      return Promise.resolve(part);
    },
  };
}

test("each of many small parts is copied at once, because it is a window on a buffer", async () => {
  const { read, whole } = windows(Array.from({ length: 200_000 }, (_, at) => 1 + (at % 3)));
  expect(Buffer.compare(await readAll(read), whole)).toBe(0);
});

test("small and large parts come in their order", async () => {
  const parts = [1, 70_000, 3, 65_536, 65_535, 0, 2, 2].map((length, at) => new Uint8Array(length).fill(at + 1));
  const left = [...parts];
  const whole = await readAll(() => Promise.resolve(left.shift()));
  expect(Buffer.compare(whole, Buffer.concat(parts))).toBe(0);
  expect([whole.byteOffset, whole.buffer.byteLength]).toEqual([0, whole.length]);
});
