import fc from "fast-check";
import { expect, test } from "vitest";
import { createNow } from "../../src/resource/clock.ts";
import { backoffOf, refreshAt } from "../../src/state/backoff.ts";
import { NO_FACTS, type Facts } from "../../src/state/facts.ts";
import { ageOf, changesAt, isRefused, stateOf } from "../../src/state/freshness.ts";
import { OneClock } from "../model/one-clock.ts";

const heldSince = (since: number, asOf?: number): Facts<string> => ({
  ...NO_FACTS,
  held: { value: "v", revision: undefined, checkedAt: since, changedAt: since, asOf, invalidated: false },
});
const ms = fc.integer({ min: 0, max: 1e9 });
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test("rule 3: age counts from asOf, else from checkedAt, and is never negative", () => {
  expect(ageOf(heldSince(100).held ?? raise(), 150)).toBe(50);
  expect(ageOf(heldSince(100, 20).held ?? raise(), 150)).toBe(130);
  expect(ageOf(heldSince(200).held ?? raise(), 150)).toBe(0);
});

test("at the limit a value is READY and served; one ms past it, STALE and refused", () => {
  const facts = heldSince(0);
  expect([stateOf(facts, 10, 10), stateOf(facts, 11, 10)]).toEqual(["READY", "STALE"]);
  expect([isRefused(facts, 10, 10), isRefused(facts, 11, 10)]).toEqual([false, true]);
});

test("rule 1: between now and changesAt neither the state nor the refusal changes, and there one of them does", () => {
  fc.assert(
    fc.property(ms, ms, ms, ms, share, (since, passed, staleAfter, more, part) => {
      const facts = heldSince(since);
      const limits = { staleAfter, refuseAfter: staleAfter + more };
      const now = since + passed;
      const seen = (at: number): unknown => [stateOf(facts, at, staleAfter), isRefused(facts, at, limits.refuseAfter)];
      const at = changesAt(facts, now, limits);
      if (at === Infinity) {
        expect(seen(now + 1e12)).toEqual(seen(now));
        return;
      }
      expect(at).toBeGreaterThan(now);
      expect(seen(at)).not.toEqual(seen(now));
      expect(seen(now + Math.floor((at - 1 - now) * part))).toEqual(seen(now));
    }),
  );
});

test("rule 8: a back-off lies within its bounds, whole, and grows with what is drawn", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.nat(100),
      fc.oneof(ms, fc.constant(Infinity)),
      share,
      (failures, abandoned, every, draw) => {
        const most = Math.min(30_000, every, 1_000 * 2 ** (failures - 1));
        const scale = (delay: number): number => Math.ceil(Math.min(3_600_000, delay * 2 ** abandoned));
        const wait = backoffOf(failures, abandoned, every, draw);
        expect(Number.isInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(scale(Math.min(100, most)));
        expect(wait).toBeLessThanOrEqual(scale(most));
      },
    ),
  );
});

test("case 3: a refresh is neither sooner than half the interval after the start and a tenth after the end, nor past staleAfter", () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 1e6 }), ms, ms, share, share, (every, extra, slow, jitter, draw) => {
      const staleAfter = every + extra + 1;
      const at = refreshAt(heldSince(0), 0, slow, { refreshEvery: every, staleAfter, jitter }, draw);
      const least = Math.max(every / 2, slow + every / 10);
      expect(at).toBeGreaterThanOrEqual(least);
      if (staleAfter > slow) expect(at).toBeLessThanOrEqual(Math.ceil(Math.max(least, staleAfter)));
      expect(at).toBeLessThanOrEqual(Math.ceil(Math.max(least, every * (1 + jitter))));
    }),
  );
});

test("the one clock is what docs/decisions.md says, whatever both clocks do, and never less than monotonic time gains", () => {
  const step = fc.tuple(fc.nat(100_000), fc.integer({ min: -10_000_000, max: 10_000_000 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      let [wall, monotonic] = [1e12, 0];
      const now = createNow({
        wall: () => wall,
        monotonic: () => monotonic,
        random: () => 0,
        setTimer: () => () => {},
      });
      const one = new OneClock(wall, monotonic);
      let before = now();
      for (const [passed, jump] of steps) {
        monotonic += passed;
        wall += passed + jump;
        const at = now();
        expect(at).toBe(one.sample(wall, monotonic));
        expect(at - before).toBeGreaterThanOrEqual(passed);
        expect(at - before).toBeGreaterThanOrEqual(passed + jump - 1_000);
        before = at;
      }
    }),
  );
});

test("no clock is read before somebody asks for the time", () => {
  const read = (): never => raise();
  expect(() => createNow({ wall: read, monotonic: read, random: read, setTimer: read })).not.toThrow();
});

function raise(): never {
  throw new Error("not expected");
}
