import { toMs } from "../state/duration.ts";
import { ageOf } from "../state/freshness.ts";
import type { Core } from "./core.ts";
import type { GetOptions } from "./resource.ts";
import type { ActiveRun } from "./run.ts";
import { refused, wait } from "./wait.ts";

/**
 * `get()` where it cannot answer at once: the first value young enough, from the load that runs or one
 * that starts now; refused while a back-off runs (SPEC section 8).
 */
export function getAged<T>(core: Core<T>, options: GetOptions | undefined): Promise<T> {
  const { host } = core;
  const maxAge = options?.maxAge === undefined ? Infinity : toMs("maxAge", options.maxAge, 0, true);
  host.begin();
  host.look();
  const serves = (): boolean => {
    const { held } = core.facts;
    return held !== undefined && ageOf(held, host.now()) <= maxAge;
  };
  const { held, failures, lastError } = core.facts;
  if (held && serves()) return Promise.resolve(held.value);
  const refusal = core.refusal();
  if (refusal === "closed" || (refusal && !(held && core.active))) return refused(core, refusal);
  const running = core.active;
  if (!running && failures && host.now() < core.nextAttemptAt) return refused(core, "failed", lastError?.error);
  const promise = wait<T, ActiveRun>(core, options?.signal, (ended, resolve, reject) => {
    const { held: now, lastError: why } = core.facts;
    if (now && serves()) resolve(now.value);
    else if (why) reject(core.notReady("failed", why.error));
    else if (ended !== running) reject(core.notReady("stale"));
  });
  if (!running) void core.start();
  return promise;
}
