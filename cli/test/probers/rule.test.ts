import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigRefusedError, configure, planOf, probeOf, PROBERS, verdictOf } from "../../src/probers/index.ts";
import { PATHS } from "health-state";
import { budgetOf, fit } from "../../src/probers/model/fit.ts";

describe.each(PROBERS)("$name", (prober) => {
  test("asks the probes that its effects call for, and no other", () => {
    const wanted = new Set(prober.checks.map((effects) => planOf({ base: "/ops" }).paths[probeOf(effects)]));
    const texts = configure(prober.name, { base: "/ops" }).map(({ text }) => text);
    const asked = new Set(texts.join("\n").match(/\/ops\/status(\/live|\/startup)?/g));
    expect([...asked].sort()).toEqual([...wanted].sort());
  });

  test("says 200 passes and 503 does not, unless an exit code decides", () => {
    const verdicts = [verdictOf(prober, 200), verdictOf(prober, 503)];
    expect(verdicts).toEqual(prober.sent.method === "command" ? ["fail", "fail"] : ["pass", "fail"]);
  });

  test("has defaults within its own limits", () => {
    for (const { value, least = -Infinity, most = Infinity } of Object.values(prober.settings))
      if (typeof value === "number") expect(value >= least && value <= most).toBe(true);
  });

  test("writes a configuration or refuses with a reason, whatever the service", () => {
    const seconds = (least: number, most: number) => fc.integer({ min: least, max: most }).map((count) => `${count}s`);
    fc.assert(
      fc.property(
        fc.record({
          port: fc.integer({ min: 1, max: 65_535 }),
          loadTime: seconds(0, 7_200),
          reaction: seconds(1, 600),
          drain: seconds(0, 600),
          serveStale: fc.boolean(),
        }),
        (options) => {
          try {
            for (const { text } of configure(prober.name, options))
              expect(/NaN|undefined|Infinity|\[object/.test(text)).toBe(false);
          } catch (error) {
            if (!(error instanceof ConfigRefusedError)) throw error;
            expect(error.reason.length).toBeGreaterThan(20);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

test("a start-up budget never ends before the load, and never passes the platform's limit", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2_000 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 60, max: 3_000 }),
      (load, period, most) => {
        try {
          const { failures, sure } = budgetOf("any", planOf({ loadTime: load * 1_000 }), period, most);
          expect(sure >= load && sure === (failures - 1) * period && failures * period <= most).toBe(true);
        } catch (error) {
          if (!(error instanceof ConfigRefusedError)) throw error;
          expect((Math.floor(most / period) - 1) * period < load).toBe(true);
        }
      },
    ),
  );
});

test("a check that routes notices within the reaction time, with a timeout no longer than its interval", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 3 }), (reaction, failures) => {
      try {
        const made = fit(
          "any",
          planOf({ reaction: reaction * 1_000 }),
          { interval: { best: 10, least: 2 }, timeout: { best: 5, least: 1 } },
          failures,
        );
        expect(made.reacts <= reaction && made.timeout <= made.interval && made.interval >= 2).toBe(true);
      } catch (error) {
        if (!(error instanceof ConfigRefusedError)) throw error;
        expect(reaction < failures * 2 + 1).toBe(true);
      }
    }),
  );
});

test.each([
  [
    "cloud-run",
    { loadTime: "20m" },
    "cloud-run: a load of 1200 s needs a start-up time of 1205 s, but it accepts at most 600 s. Make the load shorter, or listen before the load and let readiness hold back the traffic",
  ],
  [
    "aws-alb",
    { reaction: "5s" },
    "aws-alb: it cannot notice a 503 within 5 s. The fastest check needs 12 s: 2 x 5 s + 2 s timeout",
  ],
  [
    "ecs",
    { drain: "2m" },
    "ecs: stopTimeout accepts at most 120 s, but the drain of 120 s and 15 s for open requests take 135 s",
  ],
  [
    "cloudflare",
    { reaction: "10s" },
    "cloudflare: it cannot notice a 503 within 10 s. The fastest check needs 11 s: 1 x 10 s + 1 s timeout",
  ],
])("%s refuses what it cannot do, and says why", (name, options, message) => {
  expect(() => configure(name, options)).toThrow(message);
});

test.each([
  [{ port: 0 }, "health-state: port is 0. Pass a whole number from 1 to 65535."],
  [{ base: "ops/" }, 'health-state: base is "ops/". Pass a path such as "/ops", without a slash at its end.'],
  [{ loadTime: "soon" }, 'health-state: loadTime is "soon". Pass a duration of at least 0 ms (1500'],
])("a bad option %j is named, with what is accepted", (options, message) => {
  expect(() => configure("kubernetes", options)).toThrow(message);
});

test("the paths asked are those that the core answers by default", () => {
  expect(planOf().paths).toEqual(PATHS);
});
