import { expect, test } from "vitest";
import { abortRun, figuresOf, type ActiveRun } from "../../src/resource/active-run.ts";
import { LazySignal } from "../../src/resource/lazy-signal.ts";
import { createVirtualClock } from "../../src/testing/index.ts";

const createRun = (rest: Partial<ActiveRun>): ActiveRun => ({
  id: 1,
  signal: new LazySignal(),
  reload: undefined,
  attempt: 1,
  startedAt: 0,
  timeoutAt: 0,
  leaseUntil: Infinity,
  isAbandoned: false,
  candidate: undefined,
  onEnded: undefined,
  ...rest,
});

test("a load took the monotonic time since its start, in whole ms, and keeps its attempt", async () => {
  const clock = createVirtualClock();
  await clock.advance(1_000);
  const run = createRun({ attempt: 3, timeoutAt: clock.monotonic() + 5_000 });
  await clock.advance(20.4);
  expect(figuresOf(run, { timeout: 5_000 }, clock)).toEqual({ attempt: 3, durationMs: 20 });
  await clock.advance(0.2);
  expect(figuresOf(run, { timeout: 5_000 }, clock)).toEqual({ attempt: 3, durationMs: 21 });
});

test("a run is aborted with the reason, and a signal that throws disturbs nobody", () => {
  const run = createRun({});
  abortRun(run, "enough");
  expect([run.signal.signal.aborted, run.signal.signal.reason]).toEqual([true, "enough"]);
  class Gone extends LazySignal {
    override abort(): never {
      throw new Error("the request of this signal has ended");
    }
  }
  expect(() => abortRun(createRun({ signal: new Gone() }), undefined)).not.toThrow();
});
