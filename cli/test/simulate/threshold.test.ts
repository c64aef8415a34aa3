import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { configure } from "../../src/probers/index.ts";
import { countCheck, createTarget, type CheckResult } from "../../src/simulate/model/threshold.ts";
import { BALANCERS, type BalancerName, type ThresholdRule } from "../../src/simulate/index.ts";
import { generatedProbes } from "../../src/simulate/scenario/base.ts";

const NAMES = Object.keys(BALANCERS) as BalancerName[];
const result = fc.constantFrom<CheckResult>("pass", "wrong status", "no answer");
const rule: fc.Arbitrary<ThresholdRule> = fc.record({
  rise: fc.integer({ min: 1, max: 5 }),
  fall: fc.integer({ min: 1, max: 5 }),
  initially: fc.constantFrom("up" as const, "down" as const),
  firstPass: fc.constantFrom("ever" as const, "first check" as const, "no" as const),
  firstFailure: fc.boolean(),
  wrongStatusAtOnce: fc.boolean(),
});

/** Whether a target is up after each of the checks. */
function upsOf(of: ThresholdRule, results: readonly CheckResult[]): readonly boolean[] {
  let target = createTarget(of);
  return results.map((each) => (target = countCheck(of, target, each)).up);
}

describe("a balancer that counts", () => {
  test("never takes out what passes, and never brings back what fails", () => {
    fc.assert(
      fc.property(rule, fc.array(result), fc.array(fc.constant<CheckResult>("pass")), (of, before, passes) => {
        const ups = upsOf(of, [...before, ...passes]).slice(before.length);
        expect(ups.includes(true) && ups.slice(ups.indexOf(true)).includes(false)).toBe(false);
        const downs = upsOf(of, [...before, ...passes.map(() => "no answer" as const)]).slice(before.length);
        expect(downs.includes(false) && downs.slice(downs.indexOf(false)).includes(true)).toBe(false);
      }),
    );
  });

  test("with thresholds of one follows every result at once", () => {
    fc.assert(
      fc.property(rule, fc.array(result), (of, results) => {
        expect(upsOf({ ...of, rise: 1, fall: 1 }, results)).toEqual(results.map((each) => each === "pass"));
      }),
    );
  });

  test("takes out and brings back exactly at its thresholds, once it has seen a pass", () => {
    fc.assert(
      fc.property(rule, (of) => {
        const plain = { ...of, wrongStatusAtOnce: false };
        const up = Array.from({ length: of.rise }, (): CheckResult => "pass");
        const down = Array.from({ length: of.fall }, (): CheckResult => "no answer");
        expect(upsOf(plain, [...up, ...down, ...up]).slice(of.rise)).toEqual([
          ...down.map((_, index) => index < of.fall - 1),
          ...up.map((_, index) => index === of.rise - 1),
        ]);
      }),
    );
  });

  test("changes no object when a result changes nothing, so that a check may sleep", () => {
    fc.assert(
      fc.property(rule, fc.array(result), result, (of, before, same) => {
        let target = before.reduce((now, each) => countCheck(of, now, each), createTarget(of));
        for (let times = 0; times < 10; times += 1) target = countCheck(of, target, same);
        expect(countCheck(of, target, same)).toBe(target);
      }),
    );
  });
});

describe("the rules of the clients, as docs/probers.md has them", () => {
  const ups = (name: BalancerName, ...results: CheckResult[]): readonly boolean[] =>
    upsOf(BALANCERS[name].rule, results);

  test("ALB: one pass after registration, then two of each", () => {
    expect(ups("aws-alb", "wrong status", "pass", "wrong status", "wrong status", "pass", "pass")).toEqual([
      false,
      true,
      true,
      false,
      false,
      true,
    ]);
  });

  test("Envoy: a wrong status ejects at once, a missing answer at the threshold", () => {
    expect(ups("envoy", "pass", "no answer", "no answer", "pass", "pass", "wrong status")).toEqual([
      true,
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  test("Envoy: a pass decides at once only at the very first check", () => {
    expect(ups("envoy", "wrong status", "pass", "pass")).toEqual([false, false, true]);
  });

  test("HAProxy: starts up, and one failed first check takes it down, with no regard to fall", () => {
    expect([
      createTarget(BALANCERS.haproxy.rule).up,
      ...ups("haproxy", "no answer", "pass", "pass", "no answer"),
    ]).toEqual([true, false, false, true, true]);
  });

  test.each(["traefik", "caddy"] as const)("%s: one failure removes, one pass brings back", (name) => {
    expect(ups(name, "pass", "no answer", "pass")).toEqual([true, false, true]);
  });

  test("Consul: critical until the first check, one failure is tolerated, one pass is enough", () => {
    const { rule: of } = BALANCERS.consul;
    expect([createTarget(of).up, ...ups("consul", "pass", "no answer", "no answer", "pass")]).toEqual([
      false,
      true,
      true,
      false,
      true,
    ]);
  });

  test("whoever fails open does, and no one else", () => {
    const open = NAMES.filter((name) => BALANCERS[name].prober.allDown.traffic === "all");
    expect([open, BALANCERS.envoy.panicUnder]).toEqual([["aws-alb", "aws-nlb", "envoy"], 0.5]);
  });
});

describe("the numbers are those that health-state config writes", () => {
  const numbers: Readonly<Record<BalancerName, readonly RegExp[]>> = {
    "aws-alb": [
      /\n +interval += (\d+)/,
      /\n +timeout += (\d+)/,
      /unhealthy_threshold = (\d+)/,
      /\n +healthy_threshold = (\d+)/,
    ],
    "aws-nlb": [
      /\n +interval += (\d+)/,
      /\n +timeout += (\d+)/,
      /unhealthy_threshold = (\d+)/,
      /\n +healthy_threshold = (\d+)/,
    ],
    "gcp-load-balancer": [
      /check_interval_sec += (\d+)/,
      /timeout_sec += (\d+)/,
      /unhealthy_threshold += (\d+)/,
      /\n +healthy_threshold += (\d+)/,
    ],
    "azure-application-gateway": [/\n +interval += (\d+)/, /\n +timeout += (\d+)/, /unhealthy_threshold = (\d+)/],
    consul: [/interval += "(\d+)s"/, /timeout += "(\d+)s"/],
    envoy: [/- interval: (\d+)s/, / timeout: (\d+)s/, /unhealthy_threshold: (\d+)/, / healthy_threshold: (\d+)/],
    haproxy: [/inter (\d+)s/, /timeout check (\d+)s/, /fall (\d+)/, /rise (\d+)/],
    traefik: [/interval: (\d+)s/, /timeout: (\d+)s/],
    caddy: [/health_interval (\d+)s/, /health_timeout (\d+)s/],
    docker: [/interval: (\d+)s/, /timeout: (\d+)s/, /retries: (\d+)/],
  };

  test.each(NAMES)("%s", (name) => {
    const text = configure(name).map((made) => made.text)[name === "docker" ? 1 : 0] ?? "";
    const { intervalSeconds, timeoutSeconds, rule: of } = BALANCERS[name];
    const modelled = [intervalSeconds, timeoutSeconds, of.fall, of.rise].slice(0, numbers[name].length);
    expect(numbers[name].map((pattern) => Number(pattern.exec(text)?.[1]))).toEqual(modelled);
  });

  test.each([1, 60, 120, 600])("the kubelet's probes, for a load of %d s", (load) => {
    const [made] = configure("kubernetes", { loadTime: load * 1_000 });
    const [container] = parse(made?.text ?? "").spec.template.spec.containers;
    const paths = { readiness: "/status", liveness: "/status/live", startup: "/status/startup" };
    for (const [type, { asks, ...probe }] of Object.entries(generatedProbes(load))) {
      const { httpGet, successThreshold: _one, ...written } = container[`${type}Probe`];
      expect({ path: httpGet.path, ...written }).toEqual({ path: paths[asks], ...probe });
    }
  });
});
