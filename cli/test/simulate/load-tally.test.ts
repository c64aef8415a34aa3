import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LoadTally } from "../../src/simulate/model/load-tally.ts";

const UNTIL = 4_000;
const PARTS = 4;

const loads = fc.array(fc.record({ at: fc.nat(UNTIL - 1), lasts: fc.oneof(fc.nat(50), fc.nat(3_000_000)) }), {
  maxLength: 30,
});

describe("the tally of loads", () => {
  test("tells the most at once of each part, whatever the order in which it is told", () => {
    fc.assert(
      fc.property(loads, fc.array(fc.nat(UNTIL)), (all, folds) => {
        const most = Array.from({ length: PARTS }, () => 0);
        const tally = new LoadTally(UNTIL, PARTS, (loading, from, until) => {
          const part = Math.floor((from * PARTS) / UNTIL);
          expect(Math.floor(((until - 1) * PARTS) / UNTIL)).toBe(part);
          most[part] = Math.max(most[part] ?? 0, loading);
        });
        // Told the latest first, as far as nothing of it has been folded.
        let told = UNTIL;
        const left = [...all].sort((one, other) => one.at - other.at);
        const upTo = [...folds, UNTIL].sort((one, other) => one - other);
        for (const until of upTo) {
          told = until;
          const now = left.splice(
            0,
            left.findIndex(({ at }) => at >= told) < 0 ? left.length : left.findIndex(({ at }) => at >= told),
          );
          for (const { at, lasts } of now.reverse()) {
            tally.add(-1, at + lasts);
            tally.add(1, at);
          }
          tally.fold(until);
        }
        const expected = Array.from({ length: PARTS }, (_, part) => {
          const instants = Array.from({ length: UNTIL / PARTS }, (__, ms) => part * (UNTIL / PARTS) + ms);
          return Math.max(...instants.map((ms) => all.filter(({ at, lasts }) => at <= ms && ms < at + lasts).length));
        });
        expect(most).toEqual(expected);
        expect(tally.started).toBe(all.length);
      }),
      { numRuns: 30 },
    );
  });
});
