import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { generatedProbes } from "../../src/simulate/scenario/base.ts";
import { RestartPolicy } from "../../src/kubelet/restart-policy.ts";
import { simulate, type Setup } from "../../src/simulate/index.ts";

/** One replica that is never ready for liveness: its only question is when it is killed, and started again. */
const DOOMED: Setup = {
  replicas: 1,
  durationSeconds: 3_600,
  load: { firstSeconds: 100_000, spread: 0 },
  limits: { timeout: "2d" },
  router: "kubernetes",
  probes: { liveness: { asks: "readiness" } },
  drainSeconds: 0,
  spreadSeconds: 0,
  bootSeconds: 0,
};

const restartsOf = async (setup: Setup, seed = 1): Promise<readonly number[]> =>
  (await simulate(setup, { seed })).timeline.rows.flatMap((row) => row.restartsAt);

describe("a pod under the kubelet", () => {
  test("is killed at the third tick, which is the worker's and not the container's, and restarts at once while it may", async () => {
    // Failures at 0, 10, 20: killed at 20. Then at 30, 40, 50: the worker's ticks go on over restarts.
    expect((await restartsOf(DOOMED)).slice(0, 4)).toEqual([20, 50, 80, 110]);
  });

  test("keeps its streak over a restart that no probe caused", async () => {
    const readiness = { asks: "readiness", periodSeconds: 10, failureThreshold: 3 } as const;
    const setup: Setup = { ...DOOMED, probes: { liveness: { asks: "readiness", failureThreshold: 1 }, readiness } };
    expect((await simulate(setup)).figures.firstReadySeconds).toBeNull();
  });

  test("is asked for readiness as soon as it has started, and not at the next tick", async () => {
    const setup: Setup = {
      ...DOOMED,
      load: { firstSeconds: 31, spread: 0 },
      probes: {
        startup: { asks: "startup", periodSeconds: 5, failureThreshold: 30 },
        readiness: { asks: "readiness", periodSeconds: 60 },
      },
      propagationSeconds: 2,
    };
    // Loaded at 31, started at the tick of 35, and 2 s for the news.
    expect((await simulate(setup)).figures.firstReadySeconds).toBe(37);
  });

  test("with a budget as generated is never killed for loading, however long that takes, and whatever the phase", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 900 }), fc.nat(1_000), async (load, seed) => {
        const setup: Setup = {
          ...DOOMED,
          load: { firstSeconds: load, spread: 0 },
          probes: generatedProbes(load),
          bootSeconds: 0,
        };
        const { figures } = await simulate(setup, { seed });
        expect([figures.restarts, figures.allReadySeconds !== null]).toEqual([0, true]);
      }),
      { numRuns: 60 },
    );
  });

  test("with two periods less than the load needs is killed for ever", async () => {
    // n failures are over after n - 1 periods, and after a restart the first tick comes up to a period later.
    const startup = { asks: "startup", periodSeconds: 5, failureThreshold: 23 } as const;
    const setup: Setup = { ...DOOMED, load: { firstSeconds: 120, spread: 0 }, limits: {}, probes: { startup } };
    const { figures } = await simulate(setup);
    expect([figures.restarts > 5, figures.allReadySeconds]).toEqual([true, null]);
  });

  test("that always passes liveness is never killed by it, whatever its data do", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("down" as const, "hangs" as const, "slow" as const),
        fc.integer({ min: 0, max: 600 }),
        fc.nat(1_000),
        async (kind, fromSeconds, seed) => {
          const setup: Setup = {
            ...DOOMED,
            load: { firstSeconds: 5 },
            limits: { refreshEvery: "30s", timeout: "1m" },
            probes: { liveness: { asks: "liveness", failureThreshold: 1 } },
            troubles: [{ kind, fromSeconds, untilSeconds: 3_000 }],
          };
          expect((await simulate(setup, { seed })).figures.restarts).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("whose event loop stalls is killed only where the stall outlasts the last of its failures", async () => {
    const stalled = (seconds: number): Promise<readonly number[]> =>
      restartsOf({
        ...DOOMED,
        load: { firstSeconds: 1 },
        probes: { liveness: { asks: "liveness", timeoutSeconds: 5 } },
        stall: { everySeconds: 600, seconds },
        graceSeconds: 5,
      });
    // Three ticks of 10 s and a wait of 5 s: 25 s are survived by any phase, and 35 s by none.
    expect([(await stalled(24)).length, (await stalled(35)).length > 0]).toEqual([0, true]);
  });

  test("is sent SIGKILL after its grace, for SIGTERM waits in a stalled event loop", async () => {
    const setup: Setup = {
      ...DOOMED,
      load: { firstSeconds: 1 },
      probes: { liveness: { asks: "liveness" } },
      stall: { everySeconds: 300, seconds: 280 },
      graceSeconds: 30,
      durationSeconds: 700,
    };
    const { timeline } = await simulate(setup);
    const [row] = timeline.rows;
    const stalledAt = row?.changes.find(([, look]) => look === "stalled")?.[0] ?? NaN;
    const [killed = NaN] = row?.restartsAt ?? [];
    // ProbeTarget within 10 s of the stall, failed after one more second, twice again, and killed 30 s later.
    expect(killed - stalledAt).toBeGreaterThan(51);
    expect(killed - stalledAt).toBeLessThanOrEqual(61);
  });
});

describe("the back-off of a container", () => {
  test("compares a kill with the end before it, which alone the status knows of", () => {
    const policy = new RestartPolicy();
    const waits: number[] = [];
    let now = 0;
    for (let round = 0; round < 11; round += 1) {
      const ended = (now += 20);
      policy.ended(ended, true);
      for (let may = policy.mayStart(now, () => 0); !may.starts; may = policy.mayStart(now, () => 0))
        now += may.againSeconds;
      waits.push(now - ended);
    }
    // Killed after 20 s each time. Twice at once without any entry; twice more, for 10 and 20 s are over by then.
    // Past 300 s every other kill finds the end before it longer ago than the delay.
    expect(waits).toEqual([0, 0, 0, 0, 40, 80, 160, 300, 0, 300, 0]);
  });

  test("lets one that ended by itself start once at once", () => {
    const policy = new RestartPolicy();
    policy.ended(0, false);
    const first = policy.mayStart(0, () => 0);
    policy.ended(1, false);
    expect([first, policy.mayStart(1, () => 0)]).toEqual([{ starts: true }, { starts: false, againSeconds: 10 }]);
  });

  test("looks again after a minute at most, and up to half as long again", () => {
    const policy = new RestartPolicy();
    let now = 0;
    for (let round = 0; round < 7; round += 1) {
      policy.ended(now, false);
      for (let may = policy.mayStart(now, () => 0); !may.starts; may = policy.mayStart(now, () => 0))
        now += may.againSeconds;
    }
    policy.ended(now, false);
    expect(policy.mayStart(now, () => 0.999_999)).toEqual({ starts: false, againSeconds: expect.closeTo(90, 3) });
  });

  test("is forgotten after more than ten minutes between a start and the next end", () => {
    const policy = new RestartPolicy();
    for (const at of [0, 10, 30]) {
      policy.ended(at, false);
      policy.mayStart(at + 400, () => 0);
    }
    policy.ended(2_000, false);
    expect(policy.mayStart(2_000, () => 0)).toEqual({ starts: true });
  });
});
