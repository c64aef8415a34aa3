import { toMs, type Duration } from "../../src/index.ts";
import { checkFunction, checkOptions } from "../../src/internal.ts";
import { defaultTimes } from "./default-times.ts";
import { checkSignals } from "./signal.ts";

/** The options of a drain. */
export interface DrainOptions {
  /**
   * How long the server keeps serving after readiness changed to 503. Set it to the prober's period times its failure
   * threshold, plus its timeout.
   *
   * In development there is no prober, so the default is 0 if `NODE_ENV` is `development` or `test`, and under `node
   * --watch`. On Kubernetes (`KUBERNETES_SERVICE_HOST` is set), the default is always 10 s. On Deno without permission
   * to read the environment, the default is 10 s too.
   * @default "10s"; 0 in development
   */
  readonly delay?: Duration;
  /**
   * The time from the signal until the connections that are still open are closed. It must be at least `delay`. After
   * it, a `close` may take 1 s more, and `dispose` and saves to stores together 5 s more. The platform must not kill the
   * process before that. Kubernetes kills it after `terminationGracePeriodSeconds`, which is 30 s by default.
   * @default "25s", or `delay` plus 15 s if that is more; 1 s in development, unless `delay` is set
   */
  readonly deadline?: Duration;
  /**
   * The signals that start the drain: one or more names that this platform knows.
   * @default SIGTERM and SIGINT
   */
  readonly signals?: readonly string[];
  /**
   * Your own shutdown code, or the shutdown of a framework, such as `() => app.close()`. It runs after the last server
   * of this health has finished, and before the health closes. It has time until `deadline`, and always at least one
   * second. If it fails or takes longer, the library prints a warning and closes the health.
   * @default none
   */
  readonly close?: () => unknown;
}

/** The options of a drain after the check. */
export interface DrainPlan {
  readonly delayMs: number;
  readonly deadlineMs: number;
  readonly signals: readonly string[];
  readonly close: (() => unknown) | undefined;
}

/** @throws TypeError for a wrong option, before anything is installed */
export function toDrainPlan(options: DrainOptions = {}): DrainPlan {
  const { delay, deadline, signals, close } = checkOptions(
    "drainOnSignal()",
    options,
    ["close"],
    ["delay", "deadline", "signals"],
  );
  const times = defaultTimes(delay === undefined ? undefined : toMs("delay", delay, 0));
  const { delayMs } = times;
  const deadlineMs = deadline === undefined ? times.deadlineMs : toMs("deadline", deadline, delayMs);
  if (close !== undefined) checkFunction("close", close, "a function, such as () => app.close()");
  return { delayMs, deadlineMs, signals: checkSignals(signals === undefined ? ["SIGTERM", "SIGINT"] : signals), close };
}
