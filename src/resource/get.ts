import { toMs } from "../state/duration.ts";
import { ageOf } from "../state/freshness.ts";
import type { Core } from "./core.ts";
import type { GetOptions } from "./resource.ts";
import { handled } from "./wait.ts";

/**
 * `get()` where it cannot answer at once: the first value young enough, from the load that runs or one
 * that starts now; refused while a back-off runs (SPEC section 8).
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
  const young = (): T | undefined => {
    const { held } = core.facts;
    return held && ageOf(held, host.now()) <= maxAge ? held.value : undefined;
  };
  const failed = (): Error => core.notReady("failed", core.facts.lastError?.error);
  const value = young();
  if (value !== undefined) return value;
  if (!running && !core.refusal() && core.facts.failures && host.now() < core.nextAttemptAt) throw failed();
  return core.wait(
    (ended) => {
      const given = young();
      if (given !== undefined) return given;
      if (core.facts.lastError) throw failed();
      if (ended !== running) throw core.notReady("stale");
      return undefined;
    },
    false,
    signal,
  );
}
