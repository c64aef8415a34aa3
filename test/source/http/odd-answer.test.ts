import { expect, onTestFinished, test, vi } from "vitest";
import type { LoadContext } from "../../../src/index.ts";
import { SourceError } from "../../../src/index.ts";
import { waitAskedBy } from "../../../src/resource/retry-later.ts";
import { outcomeOf } from "../../../src/resource/outcome.ts";
import { fromHttp } from "../../../src/source/http/index.ts";
import { contextOf } from "../kit/context.ts";

const SENT_AT = Date.UTC(2026, 10, 29, 12);

/** What a load makes of one answer. */
async function loadOf(answer: Response, context: Partial<LoadContext> = {}): Promise<ReturnType<typeof outcomeOf>> {
  const load = fromHttp("http://[2001:db8::1]:8080/rates?token=secret", { fetch: () => Promise.resolve(answer) });
  return outcomeOf(await load(contextOf(context)));
}

/** How a load fails by one answer, and how long it asks to be left alone. */
async function failureOf(answer: Response): Promise<unknown> {
  const error: unknown = await loadOf(answer).catch((reason: unknown) => reason);
  const source: unknown = error instanceof SourceError ? error : error instanceof Error ? error.cause : undefined;
  if (!(source instanceof SourceError)) throw new Error("no SourceError", { cause: error });
  return { kind: source.kind, status: source.status, wait: waitAskedBy(error) };
}

const http = (status: number, headers: Record<string, string> = {}, body: string | null = "{}"): Response => {
  const answer = new Response(body, { status: 200, headers });
  // Some of these statuses cannot be constructed with a body.
  return new Proxy(answer, {
    get: (target, name) => {
      const value: unknown = name === "status" ? status : Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
};

test.each([
  [202, "status"],
  [206, "incomplete"],
  [207, "status"],
  [226, "status"],
  [300, "status"],
  [304, "protocol"],
  [305, "status"],
  [399, "status"],
  [425, "status"],
  [451, "status"],
  [599, "status"],
  [999, "status"],
])("the status %i brings no content, also with a body and a location", async (status, kind) => {
  const headers = { location: "http://elsewhere.example/", etag: '"1"' };
  expect(await failureOf(http(status, headers))).toEqual({ kind, status, wait: undefined });
});

test.each<readonly [string, number | undefined]>([
  ["120", 120_000],
  ["  120  ", 120_000],
  ["99999999999999999999999", 3_600_000],
  ["-5", undefined],
  ["+5", undefined],
  ["1.5", undefined],
  ["1e3", undefined],
  ["0x10", undefined],
  ["5, 10", undefined],
  ["soon", undefined],
  ["2026-11-29T12:01:00Z", undefined],
  ["Sun, 29 Nov 2026 12:01:00 GMT", 60_000],
  ["Sunday, 29-Nov-26 12:01:00 GMT", 60_000],
  ["Sun Nov 29 12:01:00 2026", 60_000],
  ["Fri, 29 Nov 2999 12:01:00 GMT", 3_600_000],
  ["Sun, 29 Feb 2026 12:61:00 GMT", undefined],
])("retry-after: %s with 425, 429 and 503", async (text, wait) => {
  const headers = { "retry-after": text, date: "Sun, 29 Nov 2026 12:00:00 GMT" };
  for (const status of [425, 429, 503])
    expect(await failureOf(http(status, headers))).toEqual({ kind: "status", status, wait });
});

test.each<readonly [string, Record<string, string>, number | undefined]>([
  ["an age beside a date and an expiry that say otherwise", { age: "30", date: "Sun, 29 Nov 2026 09:00:00 GMT" }, 30],
  ["only a date of the day before", { date: "Sat, 28 Nov 2026 12:00:00 GMT" }, undefined],
  ["two ages", { age: "30, 600" }, 30],
  ["a negative age", { age: "-30" }, undefined],
  ["a broken age", { age: "30.5" }, undefined],
  ["an age with a unit", { age: "30s" }, undefined],
  ["an empty age", { age: "" }, undefined],
  ["an age of hundreds of digits", { age: "9".repeat(300) }, 2 ** 31],
  ["an age of zero", { age: "0" }, 0],
])("age: %s", async (_what, headers, seconds) => {
  vi.useFakeTimers({ now: SENT_AT, toFake: ["Date"] });
  try {
    const expires = "Sun, 29 Nov 2020 12:00:00 GMT";
    const { asOf } = await loadOf(http(200, { expires, "cache-control": "max-age=0", ...headers }));
    expect(asOf).toBe(seconds === undefined ? undefined : SENT_AT - seconds * 1_000);
  } finally {
    vi.useRealTimers();
  }
});

test.each<readonly [string, number, string | undefined, Partial<LoadContext>, string]>([
  ["a strong tag where a weak one is held", 200, '"a"', { revision: 'W/"a"' }, "held"],
  ["a weak tag where a strong one is held", 200, 'W/"a"', { revision: '"a"' }, "held"],
  ["a tag that names the coding", 200, '"a-gzip"', { revision: '"a"' }, "new"],
  ["a 304 whose tag names the coding", 304, '"a-gzip"', { revision: '"a"' }, "held"],
  ["the same while another was rejected too", 304, '"a-gzip"', { revision: '"a"', rejected: '"b"' }, "rejected"],
  ["a weak 304 for the rejected one", 304, 'W/"b"', { revision: '"a"', rejected: '"b"' }, "rejected"],
  ["a 304 without a tag, only the held one sent", 304, undefined, { revision: '"a"' }, "held"],
  ["a 304 without a tag, both sent", 304, undefined, { revision: '"a"', rejected: '"b"' }, "rejected"],
  ["a tag in small letters, w/", 200, 'w/"a"', { revision: '"a"' }, "new"],
  ["a tag without quotes", 200, "a", { revision: "a" }, "new"],
])("tags: %s", async (_what, status, etag, context, is) => {
  const outcome = await loadOf(http(status, etag === undefined ? {} : { etag }), { previous: {}, ...context });
  const found = !outcome.isUnchanged ? "new" : outcome.revision === undefined ? "held" : "rejected";
  expect(found).toBe(is);
});

test("an address of IPv6 is named with its brackets, and without its query", async () => {
  const error: unknown = await loadOf(http(500)).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ message: "http://[2001:db8::1]:8080/rates answered 500" });
});

test.each<readonly [string, unknown, string]>([
  [
    "by its code, where several addresses refused",
    Object.assign(new AggregateError([], ""), { code: "EREFUSED" }),
    "EREFUSED",
  ],
  ["by its message", new Error("getaddrinfo ENOTFOUND rates"), "getaddrinfo ENOTFOUND rates"],
])("the reason of a failed fetch is told %s", async (_how, cause, told) => {
  const load = fromHttp("http://rates.example/v2.json", {
    fetch: () => Promise.reject(new TypeError("fetch failed", { cause })),
  });
  const message = `http://rates.example/v2.json cannot be reached: fetch failed (${told})`;
  await expect(load(contextOf({}))).rejects.toMatchObject({ kind: "network", message });
});

test("a fetch that gives nothing after an abort leaves no unhandled rejection", async () => {
  const rejections: unknown[] = [];
  const note = (reason: unknown): unknown => rejections.push(reason);
  process.on("unhandledRejection", note);
  onTestFinished(() => void process.off("unhandledRejection", note));
  const controller = new AbortController();
  const load = fromHttp("https://rates.example/v2", {
    fetch: () => {
      controller.abort(new Error("gone"));
      // SAFETY: a fetch that was handed in may give anything.
      return Promise.resolve(undefined as unknown as Response);
    },
  });
  await expect(load(contextOf({ signal: controller.signal }))).rejects.toThrow("gone");
  // Node tells of unhandled rejections after the microtasks.
  await new Promise((resolve) => setImmediate(resolve));
  expect(rejections).toEqual([]);
});
