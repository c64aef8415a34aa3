/** How a balancer counts; the numbers of one client and its configuration. */
export interface ThresholdRule {
  /** Passes in a row that bring a target back. */
  readonly rise: number;
  /** Failures in a row that take it out. */
  readonly fall: number;
  /** What a target is before the first check. */
  readonly initially: "up" | "down";
  /** Which single pass is enough, even if `rise` asks for more: the first one ever, one at the first check, or none. */
  readonly firstPass: "ever" | "first check" | "no";
  /** Whether one failed first check is enough, even if `fall` asks for more. */
  readonly firstFailure: boolean;
  /** Whether an answer with a wrong status takes it out at once; only missing answers are counted. */
  readonly wrongStatusAtOnce: boolean;
}

/** What a check came to. */
export type CheckResult = "pass" | "wrong status" | "no answer";

/** A target as a balancer sees it. */
export interface Target {
  readonly up: boolean;
  /** The length of the streak that runs against `up`, at most the threshold. */
  readonly against: number;
  /** Whether it was ever checked. */
  readonly checked: boolean;
  /** Whether it ever passed. */
  readonly passed: boolean;
}

/** A target that was never checked. */
export function createTarget(rule: ThresholdRule): Target {
  return { up: rule.initially === "up", against: 0, checked: false, passed: false };
}

/** A target after one more check. The same object where nothing changed. */
export function countCheck(rule: ThresholdRule, target: Target, result: CheckResult): Target {
  const pass = result === "pass";
  const passed = target.passed || pass;
  if (pass === target.up) {
    if (target.against === 0 && target.checked && target.passed === passed) return target;
    return { up: target.up, against: 0, checked: true, passed };
  }
  const against = target.against + 1;
  const atOnce = pass
    ? (rule.firstPass === "ever" && !target.passed) || (rule.firstPass === "first check" && !target.checked)
    : (rule.firstFailure && !target.checked) || (rule.wrongStatusAtOnce && result === "wrong status");
  return atOnce || against >= (pass ? rule.rise : rule.fall)
    ? { up: pass, against: 0, checked: true, passed }
    : { up: target.up, against, checked: true, passed };
}
