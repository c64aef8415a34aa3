import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { sha256Of } from "../../src/store/file/sha256.ts";

test.each([0, 1, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 3 * 2 ** 20 + 7])("%i bytes have their SHA-256", async (length) => {
  const bytes = new Uint8Array(length).map((_, at) => at % 251);
  expect(await sha256Of(bytes)).toBe(createHash("sha256").update(bytes).digest("hex"));
});

test("other work runs while many bytes are hashed, so that nobody waits for all of them", async () => {
  const order: string[] = [];
  const hashed = sha256Of(new Uint8Array(3 * 2 ** 20)).then(() => void order.push("hashed"));
  setImmediate(() => order.push("other work"));
  await hashed;
  expect(order).toEqual(["other work", "hashed"]);
});
