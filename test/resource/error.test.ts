import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { isNotReady, NotReadyError } from "../../src/index.ts";
import { isError, loadError } from "../../src/resource/error.ts";

test("a NotReadyError says who is not ready, why, and when to try again", () => {
  const cause = new Error("down");
  const one = new NotReadyError({ state: "STALE", reason: "failed", retryAfter: 3, resource: "index", cause });
  expect({ ...one, cause: one.cause, message: one.message }).toEqual({
    name: "NotReadyError",
    code: "HS_NOT_READY",
    state: "STALE",
    reason: "failed",
    retryAfter: 3,
    resource: "index",
    cause,
    message: "index is not ready: failed (STALE). Try again in 3 s.",
  });
  const all = new NotReadyError({ state: "LOADING", reason: "draining", retryAfter: 5 });
  expect([all.message, all.resource]).toEqual([
    "the health is not ready: draining (LOADING). Try again in 5 s.",
    undefined,
  ]);
});

test("what only has the name of a NotReadyError is none", () => {
  expect(isNotReady({ name: "NotReadyError" })).toBe(false);
  expect(isNotReady(Object.assign(new Error("x"), { name: "NotReadyError" }))).toBe(true);
});

test("the error of a load has its code, its message, and a cause only if there is one", () => {
  const plain = loadError("HS_NO_DATA", "nothing came");
  expect([plain, "cause" in plain]).toEqual([expect.objectContaining({ code: "HS_NO_DATA" }), false]);
  expect(plain.message).toBe("nothing came");
  const cause = new Error("three rows are missing");
  expect(loadError("HS_REJECTED_BEFORE", "again", cause).cause).toBe(cause);
});

test("an Error of another realm is one, and neither what its tag calls so nor a Proxy that throws is", () => {
  const tagged = Object.assign(new Error("x"), { [Symbol.toStringTag]: "Tagged" });
  const errors = [new Error("x"), new RangeError("x"), tagged, runInNewContext('new Error("x")')];
  expect(errors.map(isError)).toEqual([true, true, true, true]);
  const refuse = (): never => {
    throw new RangeError("leave me alone");
  };
  const none = [{}, "Error", undefined, { [Symbol.toStringTag]: "Error" }, new Proxy({}, { getPrototypeOf: refuse })];
  expect(none.map(isError)).toEqual([false, false, false, false, false]);
});
