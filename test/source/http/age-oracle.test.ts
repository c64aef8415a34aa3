// The age of an answer beside what http-cache-semantics makes of the same headers.
import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { vouchedAt } from "../../../src/source/http/age.ts";
import { announcedBy } from "../../../src/source/http/revision.ts";

interface Policy {
  now(): number;
  age(): number;
}
type PolicyClass = new (request: object, response: object) => Policy;

function load(): PolicyClass | undefined {
  try {
    const at = new URL("../../../tools/http/package.json", import.meta.url);
    const given: unknown = createRequire(at)("http-cache-semantics");
    // SAFETY: its own documentation has this constructor and these methods.
    return given as PolicyClass;
  } catch {
    return undefined;
  }
}

const CachePolicy = load();
const RUNS = process.env["DEEP"] ? 100_000 : 3_000;

const seconds = fc.oneof(fc.nat(10), fc.nat(1_000_000), fc.nat(2 ** 31 - 1));
/** Those that RFC 9111 has a meaning for, and words, which count as none for both. */
const age = fc.oneof(
  fc.constant(undefined),
  seconds.map(String),
  seconds.map((value) => `00${value}`),
  fc.tuple(seconds, seconds).map(([one, other]) => `${one}, ${other}`),
  fc.tuple(seconds, fc.constantFrom("soon", "")).map(([one, other]) => `${one}, ${other}`),
  fc.constantFrom("soon", "", "x5", "-", "null"),
);
const date = fc.option(
  fc.nat(2 ** 31).map((at) => new Date(at * 1_000).toUTCString()),
  { nil: undefined },
);
const headers = fc.record({
  age,
  date,
  expires: date,
  "last-modified": date,
  "cache-control": fc.constantFrom(undefined, "no-store", "max-age=60", "s-maxage=5, stale-if-error=600", "max-age=x"),
  etag: fc.constantFrom(undefined, '"a"', 'W/"a"', "a"),
  vary: fc.constantFrom(undefined, "*", "accept"),
});

describe(`the age beside http-cache-semantics${CachePolicy ? "" : " (skipped: tools/http is not installed)"}`, () => {
  test.skipIf(!CachePolicy)(`is the same for ${RUNS} random sets of headers`, () => {
    const Base = CachePolicy ?? expect.unreachable();
    let at = 0;
    class Policy extends Base {
      override now(): number {
        return at;
      }
    }
    fc.assert(
      fc.property(headers, fc.nat(2 ** 40), fc.nat(10_000_000), (given, sentAt, laterMs) => {
        const set = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
        at = sentAt;
        const policy = new Policy({ headers: {} }, { status: 200, headers: Object.fromEntries(set) });
        at = sentAt + laterMs;
        const ageSeconds = (at - (vouchedAt(new Headers(set), sentAt) ?? sentAt)) / 1_000;
        expect(ageSeconds).toBeCloseTo(policy.age(), 5);
      }),
      { numRuns: RUNS },
    );
  });

  test("no set of headers makes it throw, or look younger than the request", () => {
    const anyText = fc.string({ unit: fc.constantFrom(...'0123456789,;=-+. "W/aZ:GMT'.split("")) });
    fc.assert(
      fc.property(anyText, anyText, anyText, anyText, (ageText, tag, modified, dateText) => {
        const set = new Headers({ age: ageText, etag: tag, "last-modified": modified, date: dateText });
        expect(vouchedAt(set, 1_000) ?? 0).toBeLessThanOrEqual(1_000);
        announcedBy(set);
      }),
      { numRuns: RUNS },
    );
  });
});
