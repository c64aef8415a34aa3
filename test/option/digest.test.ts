import crypto, { createHash, type Hash } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { fromHttp } from "../../src/source/http/index.ts";
import { digestOf } from "../../src/option/digest.ts";
import { sha256Of } from "../../src/store/file/sha256.ts";

const SLICE = 2 ** 20;

afterEach(() => {
  vi.restoreAllMocks();
});

/** How long each part is that is hashed, and in which turn of the loop that is. */
function watchSlices(): { readonly slices: (readonly [bytes: number, turn: number])[]; end(): void } {
  const slices: (readonly [number, number])[] = [];
  let turn = 0;
  let isOver = false;
  const count = (): void => {
    turn++;
    if (!isOver) setImmediate(count);
  };
  count();
  vi.spyOn(crypto, "createHash").mockImplementation((name): Hash => {
    const hash = createHash(name);
    const update = hash.update.bind(hash);
    return Object.assign(hash, {
      update(part: Uint8Array) {
        slices.push([part.length, turn]);
        return update(part);
      },
    });
  });
  return { slices, end: () => void (isOver = true) };
}

const bytesOf = (length: number): Uint8Array<ArrayBuffer> => new Uint8Array(length).map((_, at) => at % 251);

test.each([0, 1, SLICE - 1, SLICE, SLICE + 1, 3 * SLICE + 7])("%i bytes have their SHA-256", async (length) => {
  const bytes = bytesOf(length);
  const expected = createHash("sha256").update(bytes).digest("hex");
  expect(await sha256Of(bytes)).toBe(expected);
  expect(await digestOf("sha256", bytes)).toBe(expected);
});

test("where there is only WebCrypto, the digest is the same", async () => {
  vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined);
  const ofAll = vi.spyOn(globalThis.crypto.subtle, "digest");
  const bytes = bytesOf(SLICE + 1);
  expect(await digestOf("sha512", bytes)).toBe(createHash("sha512").update(bytes).digest("hex"));
  expect(ofAll).toHaveBeenCalledOnce();
});

test("other work runs while many bytes are hashed, so that nobody waits for all of them", async () => {
  const order: string[] = [];
  const hashed = sha256Of(new Uint8Array(3 * SLICE)).then(() => void order.push("hashed"));
  setImmediate(() => order.push("other work"));
  await hashed;
  expect(order).toEqual(["other work", "hashed"]);
});

test.each(["the revision of an answer without a tag", "the digest of an option"])(
  "%s is hashed in slices, each in a turn of its own",
  async (which) => {
    const bytes = bytesOf(4 * SLICE + 1);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const isOption = which.includes("option");
    const headers = { "content-length": String(bytes.length), ...(isOption && { etag: '"1"' }) };
    const load = fromHttp("http://source.example/bank", {
      as: "bytes",
      fetch: () => Promise.resolve(new Response(bytes, { headers })),
      ...(isOption && { digest: `sha256:${sha256}` }),
    });
    const ofAll = vi.spyOn(globalThis.crypto.subtle, "digest");
    const { slices, end } = watchSlices();
    const context = { signal: new AbortController().signal, deadline: Infinity, attempt: 1 };
    const outcome = await load({
      ...context,
      previous: undefined,
      revision: undefined,
      asOf: undefined,
      rejected: undefined,
    });
    end();
    expect(outcome).toMatchObject({ revision: isOption ? '"1"' : `sha256:${sha256}` });
    expect(slices.map(([length]) => length)).toEqual([SLICE, SLICE, SLICE, SLICE, 1]);
    expect(new Set(slices.map(([, turn]) => turn)).size).toBe(slices.length);
    expect(ofAll).not.toHaveBeenCalled();
  },
);
