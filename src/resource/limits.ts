import { toMs, toMsOrNever, type Duration } from "../option/duration.ts";
import { invalidOption } from "../option/invalid-option.ts";

/** The limits of a resource. */
export interface ResourceLimits {
  /**
   * The time from the start of a successful load to the start of the next one. With `"never"`, no refresh is planned.
   * Then only `reload()`, `invalidate()`, a hint of `hints()`, and `get()` or a guard with `maxAge` start one. In
   * request mode (`onRequest()`), any `get()` or guard also starts one if the value is older than `refuseAfter`. A
   * failed load is still retried.
   * @default half of `staleAfter`, or `"never"` without it
   */
  readonly refreshEvery?: Duration;
  /**
   * A value older than this is STALE. It must be more than `refreshEvery`, unless that is `"never"`. STALE is a
   * warning. See `refuseAfter`.
   * @default twice `refreshEvery` plus 5 s, or `"never"` without it
   */
  readonly staleAfter?: Duration;
  /**
   * If the value is older than this, readiness answers 503. It must be at least `staleAfter`, or `"never"`. From
   * `staleAfter` to `refuseAfter`, `/status` answers 200 with `health-state: STALE`.
   *
   * If the *source* stops, every replica passes this age at about the same time, and the balancer removes all of them.
   * Use the default if old data does harm. Use hours or `"never"` if an old answer is better than none.
   * @default equal to `staleAfter`
   */
  readonly refuseAfter?: Duration;
  /**
   * The longest time for one load, including `validate`. After that the load fails, even if the loader ignores its
   * signal. A late result is discarded.
   * @default "5m"
   */
  readonly timeout?: Duration;
  /**
   * The longest wait before a retry. It must be at most `refreshEvery`. The wait is random. Its maximum is 1 s after
   * the first failure, and doubles with each further failure. The wait can be longer after `retryLater()`, and while a
   * load that timed out has not ended.
   * @default "30s" while the resource has no value. With a value: a tenth of `refreshEvery`, at least "30s" and at most
   * "5m". Never more than `refreshEvery`
   */
  readonly retryMost?: Duration;
  /**
   * The part of `refreshEvery`, 0 to 1, by which a refresh may start early or late. So replicas that start together do
   * not load together.
   * @default 0.1
   */
  readonly jitter?: number;
  /**
   * Whether readiness and startup depend on it. With `false`, it is only reported.
   * @default true
   */
  readonly required?: boolean | undefined;
}

/** The limits with all defaults, in ms. `Infinity` means never. */
export interface Limits {
  readonly refreshEvery: number;
  readonly staleAfter: number;
  readonly refuseAfter: number;
  readonly timeout: number;
  readonly retryMost: number | undefined;
  readonly jitter: number;
  readonly disposeAfter: number;
  readonly gateWait: number;
}

/** The options that are limits. `undefined` is a wrong value for them. */
export const LIMIT_NAMES: readonly string[] = [
  "refreshEvery",
  "staleAfter",
  "refuseAfter",
  "timeout",
  "retryMost",
  "jitter",
];

/**
 * Checks the limits and adds the defaults.
 *
 * @throws TypeError that names the option, what was given, what is accepted and what to do
 */
export function limitsOf(
  options: ResourceLimits & { readonly disposeAfter?: Duration; readonly gateWait?: Duration },
): Limits {
  const ms = (option: keyof typeof options, byDefault: number, read = toMs): number =>
    options[option] === undefined ? byDefault : read(option, options[option], 1);
  const refreshEvery = ms("refreshEvery", Math.ceil(ms("staleAfter", Infinity, toMsOrNever) / 2), toMsOrNever);
  const staleAfter = ms("staleAfter", refreshEvery * 2 + 5_000, toMsOrNever);
  if (staleAfter <= refreshEvery && refreshEvery !== Infinity)
    invalidOption("staleAfter", options.staleAfter, `more than refreshEvery, ${refreshEvery} ms`);
  const refuseAfter = ms("refuseAfter", staleAfter, toMsOrNever);
  if (refuseAfter < staleAfter)
    invalidOption("refuseAfter", options.refuseAfter, `at least staleAfter, ${staleAfter} ms, or "never"`);
  const retryMost = options.retryMost === undefined ? undefined : ms("retryMost", 0);
  if (retryMost !== undefined && retryMost > refreshEvery)
    invalidOption("retryMost", options.retryMost, `at most refreshEvery, ${refreshEvery} ms`);
  const { jitter = 0.1 } = options;
  if (typeof jitter !== "number" || !(jitter >= 0 && jitter <= 1))
    invalidOption("jitter", jitter, "a share from 0 to 1");
  return {
    refreshEvery,
    staleAfter,
    refuseAfter,
    timeout: ms("timeout", 300_000),
    retryMost,
    jitter,
    disposeAfter: options.disposeAfter === undefined ? 30_000 : toMs("disposeAfter", options.disposeAfter),
    gateWait: ms("gateWait", 30_000),
  };
}
