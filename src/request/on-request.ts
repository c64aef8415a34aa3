import { toMs, type Duration } from "../state/duration.ts";
import { ageOf } from "../state/freshness.ts";
import type { Core } from "../resource/core.ts";
import { NotReadyError } from "../resource/error.ts";
import { call } from "../resource/event.ts";
import type { ResourceOptions } from "../resource/options.ts";
import type { GetOptions } from "../resource/resource.ts";
import { abort } from "../resource/run.ts";
import type { Snapshot } from "../resource/snapshot.ts";
import { handled } from "../resource/wait.ts";
import type { Registry, RefreshMode } from "../health/registry.ts";
import { isBlocking } from "../health/verdict.ts";
import { look, own, unlessAborted, watch, type Driven } from "./own.ts";

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

  /** Runs a load in this request; `behind` the response where the platform lets it. */
  const load = async <T>(driven: Driven<T>, { signal, waitUntil }: GetOptions, behind: boolean): Promise<void> => {
    const running = handled(own(driven, leaseMs));
    let kept = false;
    if (waitUntil)
      call(() => {
        const given: unknown = waitUntil(running);
        kept = true;
        return given;
      });
    // A caller that loses patience leaves; the load goes on.
    if (!(behind && kept)) await unlessAborted(running, signal);
  };

  /** A value no older than `maxAge`, or why there is none. */
  const take = async <T>(driven: Driven<T>, maxAge: number, how: GetOptions): Promise<T> => {
    const { core } = driven;
    const { signal } = how;
    const { host, limits } = core;
    host.begin();
    // No load is planned sooner after the last began; one that began before it was frozen vouches for nothing.
    const isRecent = (): boolean =>
      host.now() - driven.startedAt < Math.min(limits.refreshEvery, limits.refuseAfter) / 2;
    // A run that was under way is no answer to who asks for an age of its own, and is one to everybody else.
    const before = maxAge === Infinity && isRecent() ? driven.ended : driven.started;
    let tried = false;
    for (;;) {
      const now = host.look();
      const { held, failures, lastError } = core.facts;
      const due = !core.active && now >= core.nextAttemptAt;
      const age = held ? ageOf(held, now) : NaN;
      if (held && age <= Math.min(limits.refuseAfter, maxAge)) {
        if (!due || tried) return held.value;
        await load(driven, how, true);
        const { held: after } = core.facts;
        if (after) return after.value;
        continue;
      }
      const accepted = held && age <= maxAge;
      // Until a back-off is over, or where a load has just given what is old already.
      const early = !core.active && !due && (failures > 0 || (accepted && isRecent()));
      if (tried || early || core.closed || host.phase !== "running" || signal?.aborted) {
        // Past refuseAfter a value is served only once a load gave no younger one; a caller's own limit holds.
        if (accepted && !signal?.aborted) return held.value;
        if (signal?.aborted) throw core.notReady("aborted", signal.reason);
        if (host.phase === "draining") throw core.notReady("draining");
        if (core.closed || host.phase === "closed") throw core.notReady("closed");
        throw lastError ? core.notReady("failed", lastError.error) : core.notReady("stale");
      }
      if (core.active) {
        await watch(core, signal);
        tried = driven.ended > Math.max(before, driven.dropped);
      } else {
        const run = driven.started + 1;
        await load(driven, how, false);
        // After an unload() the next load answers.
        tried = driven.dropped < run;
      }
    }
  };

  const get = <T>(driven: Driven<T>, given: GetOptions = {}): Promise<T> => {
    // Before anything is promised: a bad duration is thrown.
    const maxAge = given.maxAge === undefined ? Infinity : toMs("maxAge", given.maxAge, 0, true);
    return take(driven, maxAge, given);
  };

  const reload = async <T>(driven: Driven<T>): Promise<Snapshot<T>> => {
    const { core } = driven;
    core.host.begin();
    for (const before = driven.started; driven.ended <= before;) {
      // Whoever starts the next run starts it for all who wait; should it be lost, the one after.
      driven.forced = driven.started + 1;
      // From a listener, too: a load that fails at once and is asked for by whoever hears it must leave others time.
      if (core.active || core.ending) await watch(core, undefined);
      else {
        if (core.closed) throw core.notReady("closed");
        if (core.host.phase !== "running") throw core.notReady("draining");
        await own(driven, leaseMs);
      }
    }
    if (core.facts.lastError) throw core.facts.lastError.error;
    return core.snapshot();
  };

  const whenReady = async (registry: Registry, signal: AbortSignal | undefined): Promise<void> => {
    const { host, cores } = registry;
    for (let verdict; (verdict = registry.readiness()).word !== "alive";) {
      const { phase } = host;
      const refusal = signal?.aborted ? "aborted" : phase === "draining" || phase === "closed" ? phase : undefined;
      if (refusal) throw new NotReadyError(verdict.worst, refusal, verdict.retryAfter, signal?.reason);
      // Without the signal, for each would listen to it; it ends the look.
      for (const core of cores.values())
        if (isBlocking(core) && host.now() >= (core.active?.deadline ?? core.nextAttemptAt))
          void core.get({ maxAge: 0 });
      await look(host.clock, signal);
    }
  };

  return {
    probeWaitMs: toMs("probeWait", options.probeWait ?? 0, 0),
    setTimer: () => () => {},
    drive(registry) {
      const { add } = registry;
      registry.add = <T>(name: string, given: ResourceOptions<T>, starts: boolean): Core<T> => {
        const core = add(name, given, starts);
        const driven: Driven<T> = { core, started: 0, startedAt: -Infinity, ended: 0, dropped: 0, forced: 0 };
        const start = core.start.bind(core);
        const tick = core.tick.bind(core);
        const end = core.end.bind(core);
        core.get = (how) => handled(get(driven, how));
        core.reload = () => handled(reload(driven));
        // Only a request starts a load, and says whether it is forced; the schedule does not say.
        core.start = (forced) => (forced === undefined ? undefined : start(forced));
        core.end = (event, givenUp, reason) => {
          // Before listeners, for one of them may unload what came.
          if (event.type === "unload") driven.dropped = driven.started;
          else driven.ended = driven.started;
          end(event, givenUp, reason);
        };
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
