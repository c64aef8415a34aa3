import { ConfigRefusedError, type Plan } from "./plan.ts";

/** The preferred number for a setting, and the smallest number that the prober accepts. */
export interface Room {
  readonly best: number;
  readonly least: number;
}

/** The preferred and smallest times of a check that routes, in seconds. */
export interface Rooms {
  readonly interval: Room;
  readonly timeout: Room;
}

/** The numbers of a check that routes. */
export interface Fit {
  readonly interval: number;
  readonly timeout: number;
  readonly failures: number;
  /** The longest time until the prober has noticed a 503, in seconds. */
  readonly reacts: number;
  /** The calculation, as a sentence without a full stop. */
  readonly why: string;
}

/**
 * Returns the slowest check that notices a 503 within the wanted time. In the worst case, the service fails directly
 * after a check. The first failed check is then one interval later. The others follow at the interval, and the last one
 * may use its whole timeout. The timeout is never longer than the interval.
 *
 * @throws ConfigRefusedError if the fastest check that the prober accepts is too slow
 */
export function fit(prober: string, plan: Plan, { interval, timeout }: Rooms, failures = 2): Fit {
  for (let wait = timeout.best; wait >= timeout.least; wait -= 1) {
    const every = Math.min(interval.best, Math.floor((plan.reactionSeconds - wait) / failures));
    if (every < Math.max(interval.least, wait)) continue;
    const reacts = failures * every + wait;
    const why = `A 503 is noticed within ${failures} x ${every} s + ${wait} s timeout = ${reacts} s (wanted: ${plan.reactionSeconds} s)`;
    return { interval: every, timeout: wait, failures, reacts, why };
  }
  const fastest = failures * Math.max(interval.least, timeout.least) + timeout.least;
  throw new ConfigRefusedError(
    prober,
    `it cannot notice a 503 within ${plan.reactionSeconds} s. The fastest check needs ${fastest} s: ` +
      `${failures} x ${Math.max(interval.least, timeout.least)} s + ${timeout.least} s timeout`,
  );
}

/** The numbers of a startup check. */
export interface Budget {
  readonly period: number;
  readonly failures: number;
  /** The earliest kill, in seconds after the start. */
  readonly sure: number;
  readonly why: string;
}

/**
 * Returns a startup check that allows 1.5 times the load, plus one period. The period is added because the first attempt
 * may come at once. n failures then take n - 1 periods.
 *
 * @param most the largest product of failures and period on this platform, in seconds
 * @throws ConfigRefusedError if the load takes longer than the platform allows
 */
export function budgetOf(prober: string, plan: Plan, period = 5, most: number = Infinity): Budget {
  const wanted = Math.max(2, Math.ceil((1.5 * plan.loadSeconds) / period) + 1);
  const failures = Math.min(wanted, Math.floor(most / period));
  const sure = (failures - 1) * period;
  if (sure < plan.loadSeconds)
    throw new ConfigRefusedError(
      prober,
      `a load of ${plan.loadSeconds} s needs a start-up time of ${Math.ceil(plan.loadSeconds / period + 1) * period} s, ` +
        `but it accepts at most ${most} s. Make the load shorter, or listen before the load and let readiness hold back the traffic`,
    );
  const why =
    failures === wanted
      ? `ceil(1.5 x ${plan.loadSeconds} s load / ${period} s) + 1 = ${failures}. ` +
        `The first attempt may come at once, so the earliest kill is after (${failures} - 1) x ${period} s = ${sure} s`
      : `the platform accepts at most ${most} s / ${period} s = ${failures}. The earliest kill is after ${sure} s, and the load takes at most ${plan.loadSeconds} s`;
  return { period, failures, sure, why };
}

/** The numbers of a check that restarts. It is slow on purpose, because a false alarm kills. */
export const LIVENESS = {
  period: 10,
  timeout: 5,
  failures: 3,
  why: "The check is slow on purpose, because a false alarm kills the process. A process that hangs is noticed within 3 x 10 s + 5 s timeout = 35 s",
} as const;
