import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { simulate, type Setup } from "../../src/simulate/index.ts";
import { restartSituation, situation, steadySituation } from "./situation.ts";

describe("the shortcut", () => {
  test("gives what asking every probe gives, in any situation", async () => {
    await fc.assert(
      fc.asyncProperty(situation, fc.nat(1_000), async (setup, seed) => {
        expect(await simulate(setup, { seed })).toEqual(await simulate(setup, { seed, everyProbe: true }));
      }),
      { numRuns: Number(process.env["RUNS"] ?? 150) },
    );
  });
});

describe("the shortcut for loads", () => {
  test("gives what every load of the library gives, wherever most of the time is steady", async () => {
    await fc.assert(
      fc.asyncProperty(steadySituation, fc.nat(1_000), async (setup, seed) => {
        expect(await simulate(setup, { seed })).toEqual(await simulate(setup, { seed, everyProbe: true }));
      }),
      { numRuns: Number(process.env["RUNS"] ?? 40) },
    );
  });
});

describe("the shortcut for processes", () => {
  test("gives what every process of the library gives, wherever processes start, stall and end", async () => {
    await fc.assert(
      fc.asyncProperty(restartSituation, fc.nat(1_000), async (setup, seed) => {
        expect(await simulate(setup, { seed })).toEqual(await simulate(setup, { seed, everyProbe: true }));
      }),
      { numRuns: Number(process.env["RUNS"] ?? 40) },
    );
  });
});

describe("the shortcut near the end of a simulation", () => {
  test.each([3, 5, 9, 10, 11])("wakes the library at its next load, with a timeout of %i s", async (timeoutSeconds) => {
    const setup: Setup = {
      replicas: 2,
      durationSeconds: 60,
      load: { firstSeconds: 0.001 },
      limits: { refreshEvery: "10s", staleAfter: "13s", timeout: timeoutSeconds * 1_000 },
      router: "kubernetes",
      probes: {},
      graceSeconds: 1,
      drainSeconds: 0,
    };
    expect(await simulate(setup)).toEqual(await simulate(setup, { everyProbe: true }));
  });
});

describe("a simulation", () => {
  test("gives the same answer to the same seed, in any situation", async () => {
    await fc.assert(
      fc.asyncProperty(situation, fc.nat(1_000), async (setup, seed) => {
        expect(JSON.stringify(await simulate(setup, { seed }))).toBe(JSON.stringify(await simulate(setup, { seed })));
      }),
      { numRuns: 50 },
    );
  });

  test("accounts for every replica and every request at every moment", async () => {
    await fc.assert(
      fc.asyncProperty(situation, async (setup) => {
        const { figures, timeline } = await simulate(setup);
        const all = Object.values(figures.requests).reduce((sum, count) => sum + count, 0);
        expect(Math.abs(all - setup.durationSeconds * 100)).toBeLessThanOrEqual(6);
        const most = setup.replicas + Math.ceil(setup.replicas / 4) + (setup.deploy ? setup.replicas : 0);
        for (let part = 0; part < timeline.loads.length; part += 1) {
          const there = Object.values(timeline.replicas).reduce((sum, counts) => sum + (counts[part] ?? 0), 0);
          expect(there).toBeLessThanOrEqual(most + 0.1);
        }
        expect(figures.noAnswerSeconds).toBeLessThanOrEqual(setup.durationSeconds);
        expect(figures.crashLoopSeconds).toBeLessThanOrEqual(setup.durationSeconds * setup.replicas * 2);
      }),
      { numRuns: 100 },
    );
  });
});
