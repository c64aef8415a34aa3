import { ConfigRefusedError, type Plan } from "./plan.ts";

/** What a client's settings may be: the number wanted, and the least it accepts. */
export interface Room {
  readonly best: number;
  readonly least: number;
}

/** The room that a prober leaves for a check that routes, in seconds. */
export interface Rooms {
  readonly interval: Room;
  readonly timeout: Room;
}

/** A check that routes, fitted into the reaction time wanted. */
export interface Fit {
  readonly interval: number;
  readonly timeout: number;
  readonly failures: number;
  /** Seconds until the last replica has been noticed, at worst. */
  readonly reacts: number;
  /** The arithmetic, as a sentence for a comment. */
  readonly why: string;
}

/**
 * The slowest check that still notices in time: a failure right after a check waits one interval, the
 * others follow one interval apart, and the last one may use up its timeout. The timeout never exceeds
 * the interval.
 *
 * @throws ConfigRefusedError where even the fastest check that the client accepts is too slow
 */
export function fit(prober: string, plan: Plan, { interval, timeout }: Rooms, failures = 2): Fit {
  for (let wait = timeout.best; wait >= timeout.least; wait -= 1) {
    const every = Math.min(interval.best, Math.floor((plan.reactionSeconds - wait) / failures));
    if (every < Math.max(interval.least, wait)) continue;
    const reacts = failures * every + wait;
    const why = `a 503 is noticed within ${failures} x ${every} + ${wait} = ${reacts} s (wanted: ${plan.reactionSeconds} s)`;
    return { interval: every, timeout: wait, failures, reacts, why };
  }
  const fastest = failures * Math.max(interval.least, timeout.least) + timeout.least;
  throw new ConfigRefusedError(
    prober,
    `it cannot notice a 503 within ${plan.reactionSeconds} s: ${failures === 1 ? "1 failure" : `${failures} failures`}, ${Math.max(interval.least, timeout.least)} s apart at least, ` +
      `and a timeout of ${timeout.least} s make ${fastest} s`,
  );
}

/** The numbers of a startup check. */
export interface Budget {
  readonly period: number;
  readonly failures: number;
  /** Seconds in which it can surely not kill. */
  readonly sure: number;
  readonly why: string;
}

/**
 * A start-up budget of one and a half loads, and one attempt more: the first attempt may come at once,
 * so n failures are over after n - 1 periods.
 *
 * @param most seconds that failures x period may make on this platform
 * @throws ConfigRefusedError where the platform's limit is under the load time
 */
export function budgetOf(prober: string, plan: Plan, period = 5, most: number = Infinity): Budget {
  const wanted = Math.max(2, Math.ceil((1.5 * plan.loadSeconds) / period) + 1);
  const failures = Math.min(wanted, Math.floor(most / period));
  const sure = (failures - 1) * period;
  if (sure < plan.loadSeconds)
    throw new ConfigRefusedError(
      prober,
      `a load of ${plan.loadSeconds} s needs a start-up budget of ${Math.ceil(plan.loadSeconds / period + 1) * period} s, ` +
        `and ${most} s is the most it accepts: load less, or listen before the load and let readiness wait`,
    );
  const why =
    failures === wanted
      ? `ceil(1.5 x ${plan.loadSeconds} s load / ${period}) + 1 = ${failures}; ` +
        `the first attempt may come at once, so it cannot kill before (${failures} - 1) x ${period} = ${sure} s`
      : `the platform's limit, ${most} s / ${period}; it cannot kill before ${sure} s, and the load takes ${plan.loadSeconds} s at worst`;
  return { period, failures, sure, why };
}

/** The numbers of a check that restarts. It is slow on purpose, because a false alarm kills. */
export const LIVENESS = {
  period: 10,
  timeout: 5,
  failures: 3,
  why: "slow on purpose, for a false alarm kills: a wedged process is noticed within 3 x 10 + 5 = 35 s",
} as const;
