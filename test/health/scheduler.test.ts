import { expect, test } from "vitest";
import { Scheduler, type Scheduled } from "../../src/time/scheduler.ts";
import { createHealth } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";

const limits = { refreshEvery: "10s", staleAfter: "15s", jitter: 0 } as const;

test("an overdue entry is polled once, however often somebody asks before it is ticked", () => {
  const clock = createVirtualClock();
  const jobs: (() => void)[] = [];
  let [polls, ticks] = [0, 0];
  const scheduler = new Scheduler({
    clock,
    hasTimer: true,
    now: () => clock.monotonic(),
    defer: (job) => void jobs.push(job),
  });
  const entry = (): Scheduled => ({
    at: Infinity,
    place: -1,
    poll: () => (polls++, Infinity),
    tick: () => void ticks++,
  });
  for (let n = 0; n < 1_000; n++) scheduler.put(entry(), 10);
  for (let now = 10; now < 100; now++) scheduler.pollOverdue(now);
  expect([polls, ticks]).toEqual([1_000, 0]);
  for (const job of jobs) job();
  expect([polls, ticks]).toEqual([1_000, 1_000]);
});

test("a jump of the wall clock sets the timer anew, so that it comes when the schedule says", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  let loads = 0;
  const index = health.resource("index", { load: () => ({ n: ++loads }), refreshEvery: "1h", jitter: 0 });
  health.start();
  await clock.settle();
  clock.freeze("59m");
  index.snapshot();
  await clock.advance("59s");
  expect(loads).toBe(1);
  await clock.advance("2s");
  expect(loads).toBe(2);
  await health.close();
});

test("rule 1: whoever asks while others are being caught up with is told what time has done to them", async () => {
  for (const names of [
    ["blocking", "other"],
    ["other", "blocking"],
  ]) {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    const seen: unknown[] = [];
    let loads = 0;
    const load = {
      blocking: () => {
        if (loads++) {
          clock.freeze(60_000);
          seen.push(health.fetch(new Request("http://x/status")).headers.get("health-state"));
        }
        return {};
      },
      other: () => ({}),
    };
    for (const name of names)
      health.resource(name, {
        ...limits,
        load: name === "other" ? load.other : load.blocking,
        required: name === "other",
      });
    health.start();
    await clock.settle();
    await clock.advance(10_000);
    expect(seen).toEqual(["STALE"]);
    await health.close();
  }
});

test("rule 1: a listener that blocks is told what time has done to the very resource it hears of", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const seen: number[] = [];
  const index = health.resource("index", {
    load: () => ({}),
    refreshEvery: "never",
    staleAfter: "15s",
    refuseAfter: "30s",
  });
  index.subscribe(({ type, state }) => {
    if (type !== "transition" || state !== "STALE") return;
    clock.freeze(60_000);
    seen.push(health.fetch(new Request("http://x/status")).status);
  });
  health.start();
  await clock.settle();
  await clock.advance(16_000);
  expect(seen).toEqual([503]);
  await health.close();
});
