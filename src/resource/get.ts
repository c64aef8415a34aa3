import { toMs } from "../state/duration.ts";
import { ageOf } from "../state/freshness.ts";
import type { Core } from "./core.ts";
import type { GetOptions } from "./resource.ts";
import type { ActiveRun } from "./run.ts";
import { handled } from "./wait.ts";

/**
 * `get()` where it cannot answer at once: the first value young enough, from the load that runs or one
 * that starts now; refused while a back-off runs.
 */
export function getAged<T>(core: Core<T>, { maxAge = "never", signal }: GetOptions = {}): Promise<T> {
  // Before anything is promised: a bad duration is thrown.
  return handled(seek(core, toMs("maxAge", maxAge, 0, true), signal));
}

async function seek<T>(core: Core<T>, maxAge: number, signal: AbortSignal | undefined): Promise<T> {
  const { host } = core;
  host.begin();
  host.look();
  const running = core.active;
  const ask = (ended?: ActiveRun): T | undefined => {
    const { held, failures, lastError } = core.facts;
    const now = host.now();
    if (held && ageOf(held, now) <= maxAge) return held.value;
    const backingOff = !running && !core.refusal() && failures && now < core.nextAttemptAt;
    if (ended ? lastError : backingOff) throw core.notReady("failed", lastError?.error);
    if (ended && ended !== running) throw core.notReady("stale");
    return undefined;
  };
  const value = ask();
  return value === undefined ? core.wait(ask, false, signal) : value;
}
