import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createHealth, retryLater, type Health, type Resource, type ResourceLimits } from "../../src/index.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `DEEP=1` plays more of them. fast-check prints the seed of a failure, and `SEED` plays it again. */
const RUNS = process.env["DEEP"] ? 500 : 10;
const SEED = process.env["SEED"];

/** What a source does while it is out. */
type Outage = "refuses" | "hangs and honours its signal" | "hangs for ever" | "hangs and answers late";
const OUTAGES: readonly Outage[] = [
  "refuses",
  "hangs and honours its signal",
  "hangs for ever",
  "hangs and answers late",
];

interface Scene {
  readonly outage: Outage;
  readonly refreshEvery: number;
  readonly timeout: number;
  /** Left out, it has its default. */
  readonly retryMost: number | undefined;
  /** The outage begins before the first load. */
  readonly isCold: boolean;
  /** How much of `refreshEvery` has passed when it begins. */
  readonly phase: number;
  readonly lasts: number;
  readonly loadMs: number;
  /** How long after the end the hung runs are answered. */
  readonly lateness: number;
  /** The chances: a seed, or always the same. */
  readonly chance: number;
}

/** Small numbers as often as large ones: 1 s and 24 h are both of interest. */
const span = (least: number, most: number): fc.Arbitrary<number> =>
  fc
    .double({ min: Math.log(least), max: Math.log(most), noNaN: true })
    .map((log) => Math.min(most, Math.max(least, Math.round(Math.exp(log)))));

const scenes: fc.Arbitrary<Omit<Scene, "outage">> = fc
  .record({
    refreshEvery: span(SECOND, DAY),
    timeout: fc.oneof(span(SECOND, 10 * MINUTE), fc.constant(5 * MINUTE)),
    retryMost: fc.option(fc.double({ min: 0.01, max: 1, noNaN: true }), { nil: undefined }),
    isCold: fc.boolean(),
    phase: fc.oneof(fc.constant(0.95), fc.double({ min: 0, max: 1, noNaN: true })),
    lasts: span(MINUTE, 6 * HOUR),
    loadMs: fc.integer({ min: 0, max: 900 }),
    lateness: fc.integer({ min: 0, max: MINUTE }),
    chance: fc.oneof(fc.constantFrom(0, 0.999_999), fc.integer({ min: 1, max: 2 ** 31 - 2 })),
  })
  .map((scene) => ({
    ...scene,
    // A thousand attempts and more in one outage show nothing new.
    retryMost:
      scene.retryMost === undefined
        ? undefined
        : Math.min(scene.refreshEvery, Math.ceil(Math.max(scene.retryMost * scene.refreshEvery, scene.lasts / 1_000))),
  }));

/** The longest wait that SPEC-given defaults allow while no hung run is left. */
function retryMostOf({ refreshEvery, retryMost }: Scene, isHeld: boolean): number {
  if (retryMost !== undefined) return retryMost;
  const slow = isHeld ? Math.min(refreshEvery / 10, 5 * MINUTE) : 0;
  return Math.min(refreshEvery, Math.max(30 * SECOND, slow));
}

/** How long after its end READY comes at the latest. */
function boundOf(scene: Scene, isHeld: boolean): number {
  const { outage, refreshEvery, timeout, loadMs, lateness } = scene;
  const most = retryMostOf(scene, isHeld);
  // A late answer is as old as its load took. Where that is STALE already, the next load is a tenth of refreshEvery away.
  const afterLate = Math.max(most, refreshEvery / 10);
  const bounds: { readonly [O in Outage]: number } = {
    // No run hangs.
    refuses: most,
    // One may still hang; it settles at its timeout.
    "hangs and honours its signal": timeout + most,
    // Every one of them settles then.
    "hangs and answers late": Math.min(lateness + afterLate, timeout + Math.max(2 * MINUTE, most)),
    "hangs for ever": timeout + Math.max(2 * MINUTE, most),
  };
  // Waits are rounded up to whole ms.
  return bounds[outage] + loadMs + 2;
}

function chanceOf(chance: number): () => number {
  if (chance < 1) return () => chance;
  let state = chance;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

interface World {
  readonly clock: VirtualClock;
  readonly health: Health;
  readonly index: Resource<object>;
  /** When each load started, by monotonic time. */
  readonly starts: number[];
}

/** Plays an outage. Gives how long after its end a load succeeded; `undefined` where it disturbed nothing. */
async function play(scene: Scene): Promise<{ readonly tookMs: number | undefined; readonly boundMs: number }> {
  const { outage, refreshEvery, timeout, retryMost, loadMs } = scene;
  const clock = createVirtualClock({ random: chanceOf(scene.chance) });
  const health = createHealth({ clock });
  const hung: ((value: object) => void)[] = [];
  let isOut = scene.isCold;
  const index = health.resource<object>("index", {
    load: ({ signal }) => {
      if (!isOut) return new Promise((resolve) => clock.setTimer(() => resolve({}), loadMs, false));
      if (outage === "refuses") throw new Error("refused");
      return new Promise((resolve, reject) => {
        hung.push(resolve);
        if (outage === "hangs and honours its signal")
          signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    },
    refreshEvery,
    timeout,
    ...(retryMost !== undefined && { retryMost }),
  });
  let loadedAt = -1;
  health.subscribe((event) => {
    if ("outcome" in event && event.outcome === "loaded") loadedAt = clock.monotonic();
  });
  health.start();
  if (!scene.isCold) await clock.advance(loadMs + scene.phase * refreshEvery);
  isOut = true;
  await clock.advance(scene.lasts);
  isOut = false;
  const endedAt = clock.monotonic();
  const { state, attempt, refreshing } = index.snapshot();
  const isHeld = index.peek() !== undefined;
  const boundMs = boundOf(scene, isHeld);
  const isDisturbed = state !== "READY" || attempt > 1 || refreshing;
  if (outage === "hangs and answers late")
    clock.setTimer(() => hung.forEach((resolve) => resolve({ late: true })), scene.lateness, false);
  if (isDisturbed) await clock.advance(boundMs);
  const after = index.snapshot();
  const isBack = after.state === "READY" && loadedAt >= endedAt;
  const tookMs = !isDisturbed ? undefined : isBack ? loadedAt - endedAt : Infinity;
  await health.close();
  return { tookMs, boundMs };
}

/** One that disturbs for certain, so that no run of the test is about nothing. */
const certain: Omit<Scene, "outage"> = {
  refreshEvery: 30 * SECOND,
  timeout: 5 * SECOND,
  retryMost: undefined,
  isCold: false,
  phase: 0.95,
  lasts: 10 * MINUTE,
  loadMs: 500,
  lateness: 20,
  chance: 0.999_999,
};

test.each(OUTAGES)(
  "after an outage in which the source %s READY comes back within the bound",
  async (outage) => {
    let disturbed = 0;
    const comesBack = async (scene: Omit<Scene, "outage">): Promise<void> => {
      const { tookMs, boundMs } = await play({ ...scene, outage });
      if (tookMs === undefined) return;
      disturbed++;
      expect(tookMs, `at most ${boundMs} ms`).toBeLessThanOrEqual(boundMs);
    };
    await fc.assert(fc.asyncProperty(scenes, comesBack), {
      numRuns: RUNS,
      examples: [[certain], [{ ...certain, isCold: true }]],
      ...(SEED !== undefined && { seed: Number(SEED) }),
    });
    expect(disturbed).toBeGreaterThanOrEqual(2);
  },
  60_000 + RUNS * 2_000,
);

/** A health whose one source does what the test says. */
function createWorld(limits: ResourceLimits, load: () => unknown, random: () => number = () => 0.5): World {
  const clock = createVirtualClock({ random });
  const health = createHealth({ clock });
  const starts: number[] = [];
  const index = health.resource<object>("index", {
    load: () => {
      starts.push(clock.monotonic());
      // SAFETY: the tests return data, or throw.
      return load() as object;
    },
    jitter: 0,
    ...limits,
  });
  health.subscribe(() => {});
  return { clock, health, index, starts };
}

const refuse = (): never => {
  throw new Error("refused");
};

/** A value first, then what `then` does. */
function onceThen(then: () => unknown): () => unknown {
  let loads = 0;
  return () => (++loads === 1 ? {} : then());
}

test("a daily source that refuses for a day is tried under 300 times where chance never hurries", async () => {
  const { clock, health, starts } = createWorld({ refreshEvery: "24h" }, onceThen(refuse), () => 0.999_999);
  health.start();
  await clock.advance(DAY - 1);
  expect(starts.length).toBe(1);
  await clock.advance(DAY);
  expect(starts.length - 1).toBeLessThan(300);
  await health.close();
});

const days = fc.record({
  lasts: span(MINUTE, 6 * HOUR),
  // How much of the outage is over when the daily load meets it.
  phase: fc.double({ min: 0, max: 0.99, noNaN: true }),
  chance: fc.integer({ min: 1, max: 2 ** 31 - 2 }),
});

test("a daily source that refuses for up to 6 hours is tried under 300 times that day, and READY comes back within 5 min", async () => {
  const comesBack = async (lasts: number, phase: number, chance: number): Promise<void> => {
    let isOut = false;
    const answer = (): object => (isOut ? refuse() : {});
    const { clock, health, index, starts } = createWorld({ refreshEvery: "24h" }, answer, chanceOf(chance));
    health.start();
    await clock.advance(DAY - Math.ceil(lasts * phase) - 1);
    isOut = true;
    await clock.advance(lasts);
    isOut = false;
    expect(index.snapshot().attempt).toBeGreaterThan(1);
    await clock.advance(5 * MINUTE);
    expect(index.snapshot()).toMatchObject({ state: "READY", attempt: 1 });
    await clock.advance(DAY - lasts - 5 * MINUTE);
    // The first is the load of the day before.
    expect(starts.length - 1).toBeLessThan(300);
  };
  await fc.assert(
    fc.asyncProperty(days, ({ lasts, phase, chance }) => comesBack(lasts, phase, chance)),
    {
      numRuns: RUNS,
      examples: [[{ lasts: 6 * HOUR, phase: 0, chance: 7_919 }]],
      ...(SEED !== undefined && { seed: Number(SEED) }),
    },
  );
});

test.each([
  ["by default about 580 times a day while a value is held", {}, onceThen(refuse), 580],
  ["by default about 5,800 times a day while none is held", {}, refuse, 5_800],
  ["about 200 times a day with retryMost 15m, a value held", { retryMost: "15m" }, onceThen(refuse), 200],
  ["about 200 times a day with retryMost 15m, none held", { retryMost: "15m" }, refuse, 200],
] as const)(
  "with chances that are uniform a daily source that refuses is tried %s (options.md)",
  async (_, limits, load, tries) => {
    const { clock, health, starts } = createWorld({ refreshEvery: "24h", ...limits }, load, chanceOf(7_919));
    health.start();
    await clock.advance(DAY);
    const before = starts.length;
    await clock.advance(DAY);
    expect((starts.length - before) / tries).toBeCloseTo(1, 0.7);
    await health.close();
  },
);

test.each<readonly [string, ResourceLimits, boolean, number]>([
  ["30 s by default", { refreshEvery: "2m" }, true, 30_000],
  ["a tenth of refreshEvery where that is more", { refreshEvery: "10m" }, true, 60_000],
  ["5 min at most", { refreshEvery: "24h" }, true, 300_000],
  ["never more than refreshEvery", { refreshEvery: "10s" }, true, 10_000],
  ["30 s while no value is held", { refreshEvery: "24h" }, false, 30_000],
  ["30 s without a refreshEvery", {}, false, 30_000],
  ["what was said, while none is held too", { refreshEvery: "24h", retryMost: "15m" }, false, 900_000],
  ["what was said, while one is held", { refreshEvery: "24h", retryMost: "2s" }, true, 2_000],
])("the longest wait is %s", async (_, limits, isHeld, most) => {
  const { clock, health, index } = createWorld(limits, isHeld ? onceThen(refuse) : refuse, () => 0.999_999_999);
  health.start();
  if (isHeld) await clock.advance(limits.refreshEvery ?? 0);
  await clock.advance(0);
  let longest = 0;
  let wait = 0;
  for (let attempt = 1; attempt <= 14; attempt++) {
    wait = (index.snapshot().nextAttemptAt ?? Infinity) - clock.wall();
    // The n-th failure waits 1 s doubled n - 1 times at most.
    expect(wait).toBe(Math.min(most, SECOND * 2 ** (attempt - 1)));
    longest = Math.max(longest, wait);
    await clock.advance(wait);
  }
  expect(longest).toBe(most);
  await health.close();
});

test("the shortest wait is 100 ms, or all of a shorter longest one", async () => {
  for (const [limits, least] of [
    [{ refreshEvery: "1m" }, 100],
    [{ refreshEvery: "1m", retryMost: 40 }, 40],
  ] as const) {
    const { clock, health, index } = createWorld(limits, refuse, () => 0);
    health.start();
    await clock.advance(5 * least);
    expect((index.snapshot().nextAttemptAt ?? 0) - clock.wall()).toBeLessThanOrEqual(least);
    expect(index.snapshot().attempt).toBe(7);
    await health.close();
  }
});

test("a retryMost above refreshEvery is refused, and so is never", () => {
  const health = createHealth();
  const add = (limits: ResourceLimits): unknown => health.resource("index", { load: refuse, ...limits });
  expect(() => add({ refreshEvery: "1m", retryMost: "2m" })).toThrow(
    'health-state: retryMost is "2m". Pass at most refreshEvery, 60000 ms.',
  );
  expect(() => add({ retryMost: "never" })).toThrow("health-state: retryMost is");
});

test("a run that hung and settles brings the next attempt forward, and never puts it off", async () => {
  const hung: (() => void)[] = [];
  const { clock, health, index } = createWorld(
    { refreshEvery: "1m", timeout: "1s" },
    () => new Promise((_, reject) => hung.push(() => reject(new Error("late")))),
    () => 0.999_999,
  );
  health.start();
  for (let attempt = 1; attempt <= 7; attempt++) {
    await clock.advance(SECOND);
    await clock.advance((index.snapshot().nextAttemptAt ?? 0) - clock.wall());
  }
  await clock.advance(SECOND);
  const planned = (): number => (index.snapshot().nextAttemptAt ?? 0) - clock.wall();
  expect([index.snapshot().abandoned, planned()]).toEqual([8, 120_000]);
  let before = planned();
  for (const settle of hung) {
    settle();
    await clock.settle();
    expect(planned()).toBeLessThanOrEqual(before);
    before = planned();
  }
  expect([index.snapshot().abandoned, planned()]).toEqual([0, 30_000]);
  await health.close();
});

const leave = (status: number): never => {
  throw retryLater("10m", new Error(`status ${status}`));
};

test.each([0, 0.5, 0.999_999])(
  "retryLater() is a floor: never sooner, and up to a tenth later, with chance %d",
  async (chance) => {
    const { clock, health, index, starts } = createWorld(
      { refreshEvery: "5m" },
      () => leave(429),
      () => chance,
    );
    health.start();
    await clock.advance(0);
    expect(String(index.snapshot().lastError?.error)).toBe("Error: status 429");
    expect((index.snapshot().nextAttemptAt ?? 0) - clock.wall()).toBe(Math.ceil(600_000 * (1 + chance / 10)));
    await clock.advance(600_000 - 1);
    expect(starts.length).toBe(1);
    await clock.advance(60_001);
    expect(starts.length).toBe(2);
    await health.close();
  },
);

test("retryLater() is followed on the wire, by at most 30 s", async () => {
  for (const [wait, seconds] of [
    ["7s", 8],
    ["10m", 30],
  ] as const) {
    const { clock, health } = createWorld({}, () => {
      throw retryLater(wait);
    });
    health.start();
    await clock.advance(0);
    const answer = health.fetch(new Request("http://x/status"));
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, String(seconds)]);
    await health.close();
  }
});

test("retryLater() counts for a day at most, may be returned, and without a cause stands for itself", async () => {
  const { clock, health, index, starts } = createWorld(
    {},
    () => retryLater("300d"),
    () => 0,
  );
  health.start();
  await clock.advance(0);
  expect(index.snapshot().lastError?.error).toMatchObject({ code: "HS_RETRY_LATER" });
  await clock.advance(DAY - 1);
  expect(starts.length).toBe(1);
  await clock.advance(1);
  expect(starts.length).toBe(2);
  await health.close();
});

test("reload() ignores the floor, unload() does not lift it, and a success does", async () => {
  const answers: (() => unknown)[] = [() => leave(429), () => leave(429), () => ({}), refuse];
  const { clock, health, index, starts } = createWorld({}, () => (answers.shift() ?? refuse)());
  health.start();
  await clock.advance(0);
  await expect(index.reload()).rejects.toThrow("status 429");
  expect(starts.length).toBe(2);
  index.unload();
  await clock.advance(600_000 - 1);
  expect(starts.length).toBe(2);
  await index.reload();
  expect(starts.length).toBe(3);
  // The floor is gone: the next failure is followed by an ordinary wait.
  await expect(index.reload()).rejects.toThrow("refused");
  expect((index.snapshot().nextAttemptAt ?? 0) - clock.wall()).toBeLessThanOrEqual(SECOND);
  await health.close();
});

test("a floor holds while a hung run settles", async () => {
  const hung: (() => void)[] = [];
  const answers: (() => unknown)[] = [
    () => new Promise((_, reject) => hung.push(() => reject(new Error("late")))),
    () => leave(503),
  ];
  const { clock, health, index, starts } = createWorld(
    { timeout: "1s" },
    () => (answers.shift() ?? refuse)(),
    () => 0,
  );
  health.start();
  await clock.advance(3 * SECOND);
  expect(starts.length).toBe(2);
  hung[0]?.();
  await clock.advance(590_000);
  expect([index.snapshot().abandoned, starts.length]).toEqual([0, 2]);
  await health.close();
});

test.each([
  ["2s", 200],
  ["500ms", 100],
  ["1m", 6_000],
  ["24h", 10_000],
] as const)("with refreshEvery %s, invalidate() starts loads at least %d ms apart", async (refreshEvery, apart) => {
  const { clock, health, index, starts } = createWorld({ refreshEvery }, () => ({}));
  health.start();
  await clock.advance(0);
  for (let time = 0; time < 4 * apart; time += apart / 20) {
    index.invalidate();
    await clock.advance(apart / 20);
  }
  const pauses = starts.slice(1).map((at, place) => at - (starts[place] ?? 0));
  expect(pauses.length).toBeGreaterThanOrEqual(3);
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(apart);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(apart + apart / 20 + 1);
  // reload() does not wait.
  const before = starts.length;
  await Promise.all([index.reload(), clock.settle()]);
  expect(starts.length).toBe(before + 1);
  await health.close();
});

// A recovery is no news here, and neither is a failure.
beforeEach(() => void vi.spyOn(console, "warn").mockImplementation(() => {}));
afterEach(() => void vi.restoreAllMocks());
