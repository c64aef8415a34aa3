import { describe, expect, test } from "vitest";
import { PROBES } from "../../../src/answer/paths.ts";
import type { ProbeOutcome, Verdict } from "../../../src/health/verdict.ts";
import { STATES } from "../../../src/state/state.ts";
import {
  afterTick,
  packVerdict,
  unpackVerdict,
  verdictIn,
  type LastVerdicts,
  type Silence,
} from "../../../src/thread/worker/silence.ts";
import { createVirtualClock } from "../../../src/testing/clock.ts";

const LIMITS = { tickMs: 250, wedgedMs: 30_000, verdictMs: 5_000 };
const OUTCOMES: readonly ProbeOutcome[] = ["ok", "notLoaded", "stale", "draining", "wedged"];

const verdict = (outcome: ProbeOutcome): Verdict => ({
  ok: outcome === "ok",
  outcome,
  worst: "READY",
  retryAfter: outcome === "ok" ? undefined : 5,
});
const OK: LastVerdicts = { readiness: verdict("ok"), liveness: verdict("ok"), startup: verdict("ok") };

/** Both threads on one virtual clock: the main one beats unless it is blocked, the other one ticks unless it stands. */
function play() {
  const clock = createVirtualClock();
  let beats = 0;
  let silence: Silence = { beats: -1, ms: 0 };
  let tickedAt = clock.monotonic();
  const state = { isBlocked: false, isStanding: false };
  const every = (job: () => void): void => {
    clock.setTimer(() => (job(), every(job)), LIMITS.tickMs, false);
  };
  every(() => state.isBlocked || beats++);
  every(() => {
    if (state.isStanding) return;
    silence = afterTick(silence, beats, clock.monotonic() - tickedAt, LIMITS.tickMs);
    tickedAt = clock.monotonic();
  });
  const outcome = (probe: "readiness" | "liveness" | "startup", last: LastVerdicts = OK): ProbeOutcome =>
    verdictIn(probe, last, silence.beats === beats ? silence.ms : 0, LIMITS).outcome;
  return { clock, state, outcome };
}

describe("a main thread that is blocked", () => {
  test("for 29 s is alive, and for 31 s is WEDGED, until it beats again", async () => {
    const { clock, state, outcome } = play();
    await clock.advance("10s");
    state.isBlocked = true;
    await clock.advance("29s");
    expect(outcome("liveness")).toBe("ok");
    await clock.advance("2s");
    expect(outcome("liveness")).toBe("wedged");
    state.isBlocked = false;
    await clock.advance(250);
    expect(outcome("liveness")).toBe("ok");
  });

  test("keeps its readiness for 5 s, is stale then, and keeps its startup", async () => {
    const { clock, state, outcome } = play();
    await clock.advance("1s");
    state.isBlocked = true;
    await clock.advance("4.5s");
    expect(outcome("readiness")).toBe("ok");
    await clock.advance("1s");
    expect([outcome("readiness"), outcome("startup")]).toEqual(["stale", "ok"]);
  });

  test("is not WEDGED before startup has answered 200", async () => {
    const { clock, state, outcome } = play();
    state.isBlocked = true;
    await clock.advance("1h");
    const loading = { ...OK, readiness: verdict("notLoaded"), startup: verdict("notLoaded") };
    expect([outcome("liveness", loading), outcome("readiness", loading)]).toEqual(["ok", "notLoaded"]);
    expect(outcome("liveness")).toBe("wedged");
  });

  test("is not WEDGED while the thread that answers stood still as well", async () => {
    const { clock, state, outcome } = play();
    await clock.advance("1s");
    state.isBlocked = true;
    await clock.advance("20s");
    state.isStanding = true;
    await clock.advance("1h");
    state.isStanding = false;
    // One tick of an hour counts as four ticks.
    await clock.advance("8s");
    expect(outcome("liveness")).toBe("ok");
    await clock.advance("2s");
    expect(outcome("liveness")).toBe("wedged");
  });

  test("says the worse word where it had one already", () => {
    for (const word of ["notLoaded", "stale", "draining"] as const)
      expect(verdictIn("readiness", { ...OK, readiness: verdict(word) }, 60_000, LIMITS)).toEqual(verdict(word));
    expect(verdictIn("liveness", { ...OK, liveness: verdict("wedged") }, 0, LIMITS)).toEqual(verdict("wedged"));
  });

  test("says with the word when to ask again, and that the data is STALE", () => {
    expect(verdictIn("readiness", OK, 5_000, LIMITS)).toEqual({
      ok: false,
      outcome: "stale",
      worst: "STALE",
      retryAfter: 5,
    });
    expect(verdictIn("liveness", OK, 30_000, LIMITS)).toMatchObject({ ok: false, outcome: "wedged", retryAfter: 5 });
  });
});

test("late ticks are counted in full while the thread runs", () => {
  let silence: Silence = { beats: 7, ms: 0 };
  for (let tick = 0; tick < 100; tick++) silence = afterTick(silence, 7, 310, LIMITS.tickMs);
  expect(silence).toEqual({ beats: 7, ms: 31_000 });
  expect(afterTick(silence, 8, 310, LIMITS.tickMs)).toEqual({ beats: 8, ms: 0 });
});

test("every verdict fits into one word, and comes back", () => {
  for (const probe of PROBES)
    for (const outcome of OUTCOMES)
      for (const worst of STATES)
        for (const retryAfter of [undefined, 1, 30]) {
          const given = { ok: outcome === "ok", outcome, worst, retryAfter };
          expect([probe, unpackVerdict(packVerdict(given))]).toEqual([probe, given]);
        }
});
