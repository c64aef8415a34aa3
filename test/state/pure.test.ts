import fc from "fast-check";
import { expect, test } from "vitest";
import { createNow } from "../../src/time/clock.ts";
import { backoffOf, hurriedAt, refreshAt, retryMostOf, stretchedBackoffOf } from "../../src/state/schedule.ts";
import { NO_FACTS, type Facts } from "../../src/state/facts.ts";
import { ageOf, changesAt, isPastRefuseAfter, stateOf } from "../../src/state/freshness.ts";
import { OneClock } from "../model/one-clock.ts";

const heldSince = (since: number, asOf?: number): Facts<string> => ({
  ...NO_FACTS,
  held: {
    value: "v",
    revision: undefined,
    checkedAt: since,
    changedAt: since,
    asOf,
    invalidated: false,
    origin: "source",
  },
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
  expect([isPastRefuseAfter(facts, 10, 10), isPastRefuseAfter(facts, 11, 10)]).toEqual([false, true]);
});

test("rule 1: between now and changesAt neither the state nor the refusal changes, and there one of them does", () => {
  fc.assert(
    fc.property(ms, ms, ms, ms, share, (since, passed, staleAfter, more, part) => {
      const facts = heldSince(since);
      const limits = { staleAfter, refuseAfter: staleAfter + more };
      const now = since + passed;
      const seen = (at: number): unknown => [
        stateOf(facts, at, staleAfter),
        isPastRefuseAfter(facts, at, limits.refuseAfter),
      ];
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
    fc.property(fc.integer({ min: 1, max: 2_000 }), ms, share, (failures, most, draw) => {
      const longest = Math.min(most, 1_000 * 2 ** (failures - 1));
      const wait = backoffOf(failures, most, draw);
      expect(Number.isInteger(wait)).toBe(true);
      expect(wait).toBeGreaterThanOrEqual(Math.min(100, longest));
      expect(wait).toBeLessThanOrEqual(Math.ceil(longest));
    }),
  );
  expect([1, 2, 3, 9].map((failures) => backoffOf(failures, 30_000, 1))).toEqual([1_000, 2_000, 4_000, 30_000]);
  expect(backoffOf(1, 30_000, 0)).toBe(100);
});

test.each([
  ["without a schedule", Infinity, true, 30_000],
  ["every second", 1_000, true, 1_000],
  ["every 30 s", 30_000, true, 30_000],
  ["every 10 min: a tenth", 600_000, true, 60_000],
  ["every hour: five minutes at most", 3_600_000, true, 300_000],
  ["every day: five minutes at most", 86_400_000, true, 300_000],
  ["every day, while nothing is held", 86_400_000, false, 30_000],
  ["every second, while nothing is held", 1_000, false, 1_000],
])("rule 8: the longest wait %s is by default", (_name, refreshEvery, isHeld, most) => {
  const schedule = { refreshEvery, staleAfter: Infinity, jitter: 0.1, retryMost: undefined };
  expect(retryMostOf(schedule, isHeld)).toBe(most);
  expect(retryMostOf({ ...schedule, retryMost: 777 }, isHeld)).toBe(777);
});

test.each([
  [1_000, 0, 30_000, 1_000],
  [1_000, 1, 30_000, 2_000],
  [30_000, 1, 30_000, 60_000],
  [30_000, 2, 30_000, 120_000],
  [30_000, 9, 30_000, 120_000],
  [200_000, 1, 300_000, 300_000],
])("rule 8: a wait of %d ms, with %d runs that hang and at most %d ms, is %d ms", (backoff, abandoned, most, wait) => {
  expect(stretchedBackoffOf(backoff, abandoned, most)).toBe(wait);
});

test.each([
  [1_000, 100],
  [10_000, 1_000],
  [30_000, 3_000],
  [3_600_000, 10_000],
  [Infinity, 10_000],
])("hurried loads of a resource refreshed every %d ms start at least %d ms apart", (refreshEvery, apart) => {
  expect(hurriedAt(5_000, { refreshEvery, staleAfter: Infinity, jitter: 0, retryMost: undefined })).toBe(5_000 + apart);
});

test("case 3: without refreshEvery no refresh is planned, whatever the jitter", () => {
  const schedule = { refreshEvery: Infinity, staleAfter: Infinity, jitter: 1, retryMost: undefined };
  expect(refreshAt(heldSince(0), { startedAt: 0, endedAt: 1 }, schedule, 0)).toBe(Infinity);
});

test("case 3: a refresh is neither sooner than half the interval after the start and a tenth after the end, nor past staleAfter", () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 1e6 }), ms, ms, share, share, (every, extra, slow, jitter, draw) => {
      const staleAfter = every + extra + 1;
      const at = refreshAt(
        heldSince(0),
        { startedAt: 0, endedAt: slow },
        { refreshEvery: every, staleAfter, jitter, retryMost: undefined },
        draw,
      );
      const least = Math.max(every / 2, slow + every / 10);
      expect(at).toBeGreaterThanOrEqual(least);
      if (staleAfter > slow) expect(at).toBeLessThanOrEqual(Math.ceil(Math.max(least, staleAfter)));
      expect(at).toBeLessThanOrEqual(Math.ceil(Math.max(least, every * (1 + jitter))));
    }),
  );
});

test("the one clock is what docs/why/decisions.md says, whatever both clocks do, and never less than monotonic time gains", () => {
  const step = fc.tuple(fc.nat(100_000), fc.integer({ min: -10_000_000, max: 10_000_000 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      let [wall, monotonic] = [1e12, 0];
      let jumps = 0;
      const now = createNow(
        {
          wall: () => wall,
          monotonic: () => monotonic,
          random: () => 0,
          setTimer: () => () => {},
        },
        () => jumps++,
      );
      const one = new OneClock(wall, monotonic);
      let before = now();
      for (const [passed, jump] of steps) {
        monotonic += passed;
        wall += passed + jump;
        const at = now();
        expect(at).toBe(one.sample(wall, monotonic));
        expect(at - before).toBeGreaterThanOrEqual(passed);
        expect(at - before).toBeGreaterThanOrEqual(passed + jump - 1_000);
        // A jump is told when it is seen, and nothing else is.
        expect(jumps > 0).toBe(at - before > passed);
        jumps = 0;
        before = at;
      }
    }),
  );
});

test("no clock is read before somebody asks for the time", () => {
  const read = (): never => raise();
  expect(() => createNow({ wall: read, monotonic: read, random: read, setTimer: read }, read)).not.toThrow();
});

function raise(): never {
  throw new Error("not expected");
}
