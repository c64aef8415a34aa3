import { afterEach, expect, test, vi } from "vitest";
import { toResponse, type Answer } from "../../src/index.ts";

const answer = (headers: Record<string, string>): Answer => ({ status: 200, headers, body: "x" });
const ageOf = (given: Answer): string | null => toResponse(given).headers.get("age");

afterEach(() => void vi.unstubAllGlobals());

test("headers that cannot change are made once, and each Response has its own", () => {
  const frozen = answer(Object.freeze({ age: "1" }));
  const first = toResponse(frozen);
  const made = vi.fn();
  class Counted extends Headers {
    constructor(given?: HeadersInit) {
      super(given);
      made();
    }
  }
  vi.stubGlobal("Headers", Counted);
  first.headers.set("age", "2");
  expect([ageOf(frozen), ageOf(frozen), made.mock.calls.length]).toEqual(["1", "1", 0]);
});

test("headers that may change are read each time", () => {
  const headers = { age: "1" };
  expect(ageOf(answer(headers))).toBe("1");
  headers.age = "2";
  expect(ageOf(answer(headers))).toBe("2");
});

test("where another Response shares the Headers that it is given, none are kept", () => {
  class Sharing {
    readonly headers: Headers;
    constructor(_body: unknown, { headers }: { readonly headers: HeadersInit }) {
      this.headers = headers instanceof Headers ? headers : new Headers(headers);
    }
  }
  const frozen = answer(Object.freeze({ age: "1" }));
  toResponse(frozen);
  vi.stubGlobal("Response", Sharing);
  toResponse(frozen).headers.set("age", "2");
  expect(ageOf(frozen)).toBe("1");
  vi.unstubAllGlobals();
  toResponse(frozen).headers.set("age", "3");
  expect(ageOf(frozen)).toBe("1");
});

test("a Response has the body of its answer, and none for an empty text", async () => {
  const full = toResponse(answer({}));
  expect([await full.text(), toResponse({ ...answer({}), body: "" }).body]).toEqual(["x", null]);
});
