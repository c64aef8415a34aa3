import { describe, expect, test } from "vitest";
import { simulate, type Setup } from "../../src/simulate/index.ts";

const BASE: Setup = {
  replicas: 4,
  durationSeconds: 1_200,
  load: { firstSeconds: 20 },
  limits: { refreshEvery: "1m", staleAfter: "3m" },
  router: "kubernetes",
  probes: { readiness: { asks: "readiness", periodSeconds: 5 } },
  requestsFromSeconds: 120,
};

const REPLACING = {
  asks: "readiness",
  intervalSeconds: 5,
  timeoutSeconds: 3,
  retries: 3,
  startSeconds: 0,
  delaySeconds: 5,
} as const;

describe("a platform that replaces", () => {
  test("replaces a task that loads for longer than its check waits, and none in its start period", async () => {
    const task: Setup = { ...BASE, router: "docker", probes: {}, replacing: REPLACING };
    const { figures: short } = await simulate(task);
    expect([short.allReadySeconds, short.restarts > 100, short.crashLoopSeconds]).toEqual([null, true, 0]);
    const { figures: long } = await simulate({ ...task, replacing: { ...REPLACING, startSeconds: 60 } });
    expect([long.restarts, long.fewestReady]).toEqual([0, 4]);
  });

  test("lets a task live that passed once and fails fewer times in a row than it takes", async () => {
    const stalls: Setup = {
      ...BASE,
      router: "docker",
      probes: {},
      replacing: { ...REPLACING, asks: "liveness", retries: 9 },
    };
    const { figures } = await simulate({ ...stalls, stall: { everySeconds: 300, seconds: 20 } });
    expect(figures.restarts).toBe(0);
    const { figures: hasty } = await simulate({
      ...stalls,
      replacing: { ...REPLACING, asks: "liveness", startSeconds: 0, retries: 1 },
      stall: { everySeconds: 300, seconds: 20 },
    });
    expect(hasty.restarts).toBeGreaterThan(3);
  });
});

describe("several checkers of one balancer", () => {
  test("each route by what they found, so a leaving target loses a part at a time", async () => {
    const alb: Setup = {
      ...BASE,
      router: "aws-alb",
      probes: {},
      deploy: { atSeconds: 300, told: false },
      drainSeconds: 15,
    };
    const { figures: one } = await simulate(alb);
    const { figures: three } = await simulate({ ...alb, check: { checkers: 3 } });
    expect(three.probes).toBeGreaterThan(2.9 * one.probes);
    const all = (figures: typeof one): number => Object.values(figures.requests).reduce((sum, count) => sum + count, 0);
    expect(all(three)).toBe(all(one));
    expect(three.requests.lost).toBeGreaterThan(0);
    expect(three.requests.lost).not.toBe(one.requests.lost);
  });
});

describe("kept connections", () => {
  test("stay with a stale replica after it has left, and end with its process", async () => {
    const lone: Setup = { ...BASE, troubles: [{ fromSeconds: 300, untilSeconds: 900, kind: "down", replicas: [1] }] };
    const { figures: fresh } = await simulate(lone);
    const { figures: kept } = await simulate({ ...lone, kept: { share: 0.5, seconds: 60 } });
    // Half of a quarter of 100 requests a second, for a minute longer.
    expect(kept.requests.stale - fresh.requests.stale).toBeGreaterThan(500);
    expect(kept.requests.stale - fresh.requests.stale).toBeLessThan(1_100);
  });
});

describe("a drain of a node", () => {
  test("takes its replicas out at once and makes as many elsewhere", async () => {
    const drained: Setup = { ...BASE, nodeDrain: { atSeconds: 300, replicas: [0, 1] } };
    const { figures } = await simulate(drained);
    expect(figures.phases.map(({ name, fewestReady }) => [name, fewestReady])).toEqual([
      ["before", 0],
      ["during", 2],
    ]);
    expect([figures.restarts, figures.requests.lost]).toEqual([0, 0]);
  });
});

describe("a preStop hook", () => {
  test("keeps a process serving that ends at once on SIGTERM, as long as the grace lasts", async () => {
    const deploy: Setup = { ...BASE, deploy: { atSeconds: 300, told: true }, drainSeconds: 0 };
    const lost = async (more: Partial<Setup>): Promise<number> =>
      (await simulate({ ...deploy, ...more })).figures.requests.lost;
    expect(await lost({})).toBeGreaterThan(0);
    expect(await lost({ preStopSeconds: 10 })).toBe(0);
    expect(await lost({ preStopSeconds: 10, graceSeconds: 1 })).toBeGreaterThan(0);
  });
});

describe("a probe by TCP", () => {
  test("passes while the event loop answers nobody, and one by gRPC does not", async () => {
    const stalls: Setup = { ...BASE, stall: { everySeconds: 300, seconds: 40 } };
    const restarts = async (by: "grpc" | "tcp"): Promise<number> =>
      (await simulate({ ...stalls, probes: { liveness: { asks: "liveness", by, periodSeconds: 5 } } })).figures
        .restarts;
    expect(await restarts("tcp")).toBe(0);
    expect(await restarts("grpc")).toBeGreaterThan(3);
  });
});

describe("the phases", () => {
  test("add up to the whole", async () => {
    const { figures } = await simulate({
      ...BASE,
      troubles: [{ fromSeconds: 300, untilSeconds: 900, kind: "down" }],
    });
    expect(figures.phases.map(({ name, fromSeconds, untilSeconds }) => [name, fromSeconds, untilSeconds])).toEqual([
      ["before", 0, 300],
      ["during", 300, 900],
      ["after", 900, 1_200],
    ]);
    const sum = figures.phases.reduce((all, { noneReadySeconds }) => all + noneReadySeconds, 0);
    expect(sum).toBeCloseTo(figures.noneReadySeconds, 2);
    expect(figures.phases[1]?.requests.refused).toBeGreaterThan(30_000);
    expect(figures.phases[0]?.requests.stale).toBe(0);
  });
});
