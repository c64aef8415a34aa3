import type { Met } from "../probers/kubelet-attempt.ts";
import { verdictOf, type Prober } from "../probers/prober.ts";
import type { Balancer } from "./balancer.ts";
import { Checker } from "./checker.ts";
import type { Stage } from "./stage.ts";
import { countCheck, createTarget, type CheckResult } from "./threshold.ts";

/** How a replica is asked. */
export interface Asked {
  readonly meet: (probe: "readiness" | "liveness" | "startup") => Met;
  readonly stalledUntil: () => number;
}

/** A replica as a target of a balancer that checks by itself. */
export interface BalancerTarget {
  readonly up: boolean;
  readonly checker: Checker;
}

/**
 * @param succeeds whether it takes the place of one that went down, and so begins down, as a server does whose
 *   process is replaced
 * @param checked called after every check that changed something
 */
export function createBalancerTarget(
  stage: Stage,
  { prober, rule, intervalSeconds, timeoutSeconds, pace }: Balancer,
  asked: Asked,
  chance: () => number,
  succeeds: boolean,
  checked: () => void,
): BalancerTarget {
  let target = succeeds ? { ...createTarget(rule), up: false, checked: true } : createTarget(rule);
  const checker = new Checker({
    stage,
    counter: {
      begin: () => true,
      end(met = { kind: "nothing" }) {
        const before = target;
        target = countCheck(rule, before, resultOf(prober, met));
        if (target !== before) checked();
        return target === before;
      },
    },
    periodMs: intervalSeconds * 1_000,
    timeoutMs: timeoutSeconds * 1_000,
    pace,
    meet: () => asked.meet("readiness"),
    stalledUntil: asked.stalledUntil,
  });
  // The first check comes at some point of the interval.
  checker.start(stage.queue.now + Math.floor(chance() * intervalSeconds * 1_000));
  return {
    get up() {
      return target.up;
    },
    checker,
  };
}

/** What a balancer makes of an answer; where a command decides, as `curl -f` does. */
function resultOf(prober: Prober, met: Met): CheckResult {
  if (met.kind === "nothing") return "no answer";
  const passes = prober.passes.statuses.length === 0 ? met.status < 400 : verdictOf(prober, met.status) === "pass";
  return passes ? "pass" : "wrong status";
}
