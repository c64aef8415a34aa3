import { answerWith, NO_ANSWER, type ProbeAnswer } from "../../kubelet/attempt.ts";
import { verdictOf, type Prober } from "../../probers/model/prober.ts";
import type { Balancer } from "../model/balancer.ts";
import { Checker } from "./checker.ts";
import type { Simulation } from "../model/simulation.ts";
import { countCheck, createTarget, type CheckResult } from "../model/threshold.ts";

/** The check requests to a replica. */
export interface AskedReplica {
  readonly ask: (probe: "readiness" | "liveness" | "startup") => ProbeAnswer;
  readonly stalledUntil: () => number;
  /** Whether the replica accepts connections. */
  readonly accepts: () => boolean;
}

/** Returns the result of a check, and until when it gets no answer. A TCP check needs only the kernel. */
export function questionOf(
  asked: AskedReplica,
  probe: "readiness" | "liveness" | "startup",
  by: "http" | "grpc" | "tcp" = "http",
): { readonly ask: () => ProbeAnswer; readonly stalledUntil: () => number } {
  if (by !== "tcp") return { ask: () => asked.ask(probe), stalledUntil: asked.stalledUntil };
  return {
    ask: () => (asked.accepts() ? answerWith(200) : NO_ANSWER),
    stalledUntil: () => 0,
  };
}

/** A replica as a target of a balancer with its own checks. */
export interface BalancerTarget {
  readonly up: boolean;
  readonly checker: Checker;
}

/**
 * @param succeeds whether it replaces a target that went down. It then begins down, like a server whose process is
 *   replaced
 * @param checked called after each check that changed something
 */
export function createBalancerTarget(
  simulation: Simulation,
  { prober, rule, intervalSeconds, timeoutSeconds, pace }: Balancer,
  asked: AskedReplica,
  chance: () => number,
  succeeds: boolean,
  checked: () => void,
): BalancerTarget {
  const { check } = simulation.resolved.setup;
  let target = succeeds ? { ...createTarget(rule), up: false, checked: true } : createTarget(rule);
  const checker = new Checker({
    simulation,
    counter: {
      begin: () => true,
      end(answer = NO_ANSWER) {
        const before = target;
        target = countCheck(rule, before, resultOf(prober, answer));
        if (target !== before) checked();
        return target === before;
      },
    },
    periodMs: intervalSeconds * 1_000,
    timeoutMs: timeoutSeconds * 1_000,
    pace,
    ...questionOf(asked, check?.asks ?? "readiness", check?.by),
  });
  // The first check comes at a random time within the interval.
  checker.start(simulation.queue.now + Math.floor(chance() * intervalSeconds * 1_000));
  return {
    get up() {
      return target.up;
    },
    checker,
  };
}

/** Judges an answer by the rules of the balancer. A check command judges like `curl -f`. */
function resultOf(prober: Prober, answer: ProbeAnswer): CheckResult {
  if (answer.kind === "nothing") return "no answer";
  const passes =
    prober.passes.statuses.length === 0 ? answer.status < 400 : verdictOf(prober, answer.status) === "pass";
  return passes ? "pass" : "wrong status";
}
