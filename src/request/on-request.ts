import { toMs, type Duration } from "../state/duration.ts";
import { ageOf } from "../state/freshness.ts";
import type { Clock } from "../resource/clock.ts";
import type { Core } from "../resource/core.ts";
import { NotReadyError } from "../resource/error.ts";
import type { ResourceOptions } from "../resource/options.ts";
import type { GetOptions, WaitUntil } from "../resource/resource.ts";
import { abort } from "../resource/run.ts";
import type { Snapshot } from "../resource/snapshot.ts";
import { handled } from "../resource/wait.ts";
import type { Registry, RefreshMode } from "../health/registry.ts";
import { isBlocking } from "../health/verdict.ts";

/** How loads are driven by requests. */
export interface OnRequestOptions {
  /**
   * How long a load is believed in after its request was last seen alive; then the next request takes
   * it over. Platforms cancel a request's work, and freeze what it runs in, without a word. Longer than
   * a loader may block the thread; half of `timeout` at most.
   * @default "5s"
   */
  readonly lease?: Duration;
  /**
   * How long a probe may wait for the loads it starts. By default it answers at once.
   * @default 0
   */
  readonly probeWait?: Duration;
}

/** How often a request looks whether another one's load has ended, in ms. */
const LOOK_MS = 25;

/**
 * Request mode, for `createHealth({ refresh: onRequest() })`: nothing happens between requests. A fresh
 * value is served; when a refresh is due, the value held is served and refreshed through `waitUntil`;
 * past `refuseAfter` the refresh comes first; without a value the request loads it. Requests never
 * await each other's promises: they watch the state, each by timers of its own.
 *
 * @throws TypeError for a bad duration
 */
export function onRequest(options: OnRequestOptions = {}): RefreshMode {
  const leaseMs = toMs("lease", options.lease ?? "5s", 1);

  /** Runs a load in this request: keeps its lease, and ends it at `timeout`. */
  const own = async <T>(core: Core<T>, forced: boolean): Promise<void> => {
    const { host, limits } = core;
    const settled = core.start(forced);
    const { active } = core;
    if (!settled || !active) return;
    const timeoutAt = active.deadline;
    let over = false;
    const ended = settled.then(() => {
      over = true;
    });
    const lease = Math.min(leaseMs, limits.timeout / 2);
    while (!over && core.active === active) {
      const now = host.now();
      // Past its lease it was frozen, and what it waits for may be dead: the next request takes it over.
      if (now < active.deadline) active.deadline = Math.min(timeoutAt, now + lease);
      host.update(core, now);
      const pause = createPause(host.clock, lease / 2);
      await Promise.race([ended, pause.over]);
      pause.cancel();
      if (core.active === active && host.now() >= timeoutAt) core.tick(host.now());
    }
  };

  /** Another request's load: over, or given up by a request that was cancelled. */
  const watch = async <T>(core: Core<T>, signal: AbortSignal | undefined): Promise<void> => {
    const { host, active } = core;
    if (active && host.now() >= active.deadline) {
      core.tick(host.now());
      return;
    }
    const pause = createPause(host.clock, LOOK_MS);
    signal?.addEventListener("abort", pause.cancel);
    await pause.over;
    signal?.removeEventListener("abort", pause.cancel);
  };

  /** A value no older than `most`, or why there is none. */
  const take = async <T>(core: Core<T>, most: number, { signal, maxAge, waitUntil }: GetOptions): Promise<T> => {
    const { host } = core;
    host.begin();
    let tried = false;
    for (;;) {
      const now = host.look();
      const { held, failures, lastError } = core.facts;
      const young = held !== undefined && ageOf(held, now) <= most;
      const backingOff = !core.active && failures > 0 && now < core.nextAttemptAt;
      if (young) {
        const due = !core.active && now >= core.nextAttemptAt;
        if (due && !tried) await refresh(core, waitUntil, signal, own);
        return core.facts.held?.value ?? held.value;
      }
      if (tried || backingOff || core.closed || host.phase !== "running" || signal?.aborted) {
        // Past refuseAfter a value is served only once a load has failed; a caller's own limit holds.
        if (held && maxAge === undefined && !signal?.aborted) return held.value;
        if (signal?.aborted) throw core.notReady("aborted", signal.reason);
        if (host.phase === "draining") throw core.notReady("draining");
        if (core.closed || host.phase === "closed") throw core.notReady("closed");
        throw lastError ? core.notReady("failed", lastError.error) : core.notReady("stale");
      }
      if (core.active) await watch(core, signal);
      else {
        tried = true;
        const running = handled(own(core, false));
        waitUntil?.(running);
        // A caller that loses patience leaves; the load goes on.
        await unlessAborted(running, signal);
      }
    }
  };

  const get = <T>(core: Core<T>, given: GetOptions = {}): Promise<T> => {
    // Before anything is promised: a bad duration is thrown.
    const maxAge = given.maxAge === undefined ? Infinity : toMs("maxAge", given.maxAge, 0, true);
    return take(core, Math.min(core.limits.refuseAfter, maxAge), given);
  };

  const reload = async <T>(core: Core<T>): Promise<Snapshot<T>> => {
    core.host.begin();
    // From a listener, too: a load that fails at once and is asked for by whoever hears it must leave others time.
    while (core.active || core.ending) await watch(core, undefined);
    if (core.closed) throw core.notReady("closed");
    if (core.host.phase !== "running") throw core.notReady("draining");
    await own(core, true);
    if (core.facts.lastError) throw core.facts.lastError.error;
    return core.snapshot();
  };

  const whenReady = async (registry: Registry, signal: AbortSignal | undefined): Promise<void> => {
    const { host, cores } = registry;
    const { clock } = host;
    for (let verdict; (verdict = registry.readiness()).word !== "alive";) {
      const { phase } = host;
      const refusal = signal?.aborted ? "aborted" : phase === "draining" || phase === "closed" ? phase : undefined;
      if (refusal) throw new NotReadyError(verdict.worst, refusal, verdict.retryAfter, signal?.reason);
      const blocking = [...cores.values()].filter(isBlocking);
      await Promise.all(blocking.map((core) => core.get({ signal }).catch(() => {})));
      if (registry.readiness().word === "alive") return;
      const pause = createPause(clock, LOOK_MS);
      signal?.addEventListener("abort", pause.cancel);
      await pause.over;
      signal?.removeEventListener("abort", pause.cancel);
    }
  };

  return {
    probeWaitMs: toMs("probeWait", options.probeWait ?? 0, 0),
    setTimer: () => () => {},
    drive(registry) {
      const { add } = registry;
      registry.add = <T>(name: string, given: ResourceOptions<T>, starts: boolean): Core<T> => {
        const core = add(name, given, starts);
        const start = core.start.bind(core);
        const tick = core.tick.bind(core);
        core.get = (how) => handled(get(core, how));
        core.reload = () => handled(reload(core));
        // Only a request starts a load, and says whether it is forced; the schedule does not say.
        core.start = (forced) => (forced === undefined ? undefined : start(forced));
        core.tick = (now) => {
          const { active, facts, limits } = core;
          if (active && facts.run && now >= active.deadline && active.deadline < facts.run.startedAt + limits.timeout) {
            core.active = undefined;
            core.commit({ type: "lost" });
            abort(active);
          }
          tick(now);
        };
        return core;
      };
      registry.whenReady = (signal) => handled(whenReady(registry, signal));
    },
  };
}

/** Starts the refresh that is due: behind the response where the platform lets it, else before it. */
async function refresh<T>(
  core: Core<T>,
  waitUntil: WaitUntil | undefined,
  signal: AbortSignal | undefined,
  own: (core: Core<T>, forced: boolean) => Promise<void>,
): Promise<void> {
  const running = handled(own(core, false));
  if (waitUntil) waitUntil(running);
  else await unlessAborted(running, signal);
}

/** Over with the promise, or as soon as the signal aborts. */
async function unlessAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return promise;
  let abort: () => void = () => {};
  const aborted = new Promise<void>((resolve) => {
    abort = resolve;
    if (signal.aborted) resolve();
    signal.addEventListener("abort", abort);
  });
  await Promise.race([promise, aborted]);
  signal.removeEventListener("abort", abort);
}

/** A timer as a promise that can be cut short. */
function createPause(clock: Clock, ms: number): { readonly over: Promise<void>; readonly cancel: () => void } {
  let cancel: () => void = () => {};
  const over = new Promise<void>((resolve) => {
    const stop = clock.setTimer(resolve, Math.ceil(ms), true);
    cancel = () => {
      stop();
      resolve();
    };
  });
  return { over, cancel: () => cancel() };
}
