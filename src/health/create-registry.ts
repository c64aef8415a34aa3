import { refuse } from "../state/refusal.ts";
import { changesAt } from "../state/freshness.ts";
import { createNow, systemClock } from "../resource/clock.ts";
import { Core } from "../resource/core.ts";
import { disposalAt } from "../resource/disposal.ts";
import { NotReadyError, retryAfterOf, UNPLANNED_RETRY_SECONDS } from "../resource/error.ts";
import { Audience, createTeller } from "../resource/event.ts";
import { NOWHERE, type Host } from "../resource/host.ts";
import { handled, refuseAll, wait, type WaitingRoom } from "../resource/wait.ts";
import { checkName, type Registry, type RegistryOptions } from "./registry.ts";
import { Agenda, type Entry } from "./agenda.ts";
import { createScheduler } from "./scheduler.ts";
import { isBlocking, rankOf, stateAt, wordOf, type Verdict, type Word } from "./verdict.ts";

/** Liveness while nothing is wedged. */
const ALIVE: Verdict = { word: "alive", worst: "READY", retryAfter: 0 };

/** How long `close()` waits for leases and disposals, in ms. */
const CLOSE_GRACE_MS = 5_000;

/** Makes the registry. Only stores data: no timer, clock reading or load before `start()`. */
export function createRegistry({ clock = systemClock, expect, refresh: mode }: RegistryOptions): Registry {
  if (mode && typeof mode.drive !== "function") refuse("refresh", mode, "what onRequest() gave");
  if (typeof expect === "string") refuse("expect", expect, "an array of names");
  const now = createNow(clock);
  const cores = new Map<string, Core<unknown>>();
  const expected = new Set(expect);
  for (const name of expected) checkName("expect", name);
  /** What startup waits for: what is expected and not registered, and what has not loaded yet. */
  const unborn = new Set(expected);
  /** How many resources bear on startup. */
  let starting = 0;
  let latched = false;
  /** How many stand at each rank: who is missing as not loaded, and one that is nobody as READY. */
  const counts = [expected.size, 0, 0, 0, 1];
  /** The tries planned for what stands in the way. */
  const attempts = new Agenda<Entry>();
  const audience = new Audience();
  let phase: Host["phase"] = "idle";
  let owed = 0;
  let paid = (): void => {};
  let closing: Promise<void> | undefined;

  const count = (rank: number, by: number): void => {
    counts[rank] = (counts[rank] ?? 0) + by;
  };

  /** Counts a resource where it stands. */
  const rank = (core: Core<unknown>, next: number): void => {
    count(core.rank, -1);
    count((core.rank = next), 1);
    attempts.put(core.attempt, isBlocking(core) ? core.nextAttemptAt : Infinity);
    if (core.facts.generation) unborn.delete(core.name);
  };

  const look = (core: Core<unknown>, at: number): number => {
    rank(core, rankOf(core, at));
    return changesAt(core.facts, at, core.limits);
  };

  const scheduler = createScheduler<Core<unknown>>(clock, mode ?? clock, now, look, (core, at) => core.tick(at));

  const worst = (): number => (phase === "closed" ? 0 : counts.findIndex((resources) => resources > 0));

  const verdict = (word: Word): Verdict => ({
    word,
    worst: stateAt(worst()),
    retryAfter: word === "alive" ? 0 : retryAfter(),
  });

  const readiness = (): Verdict => {
    host.begin();
    host.look();
    return verdict(wordOf(worst(), phase));
  };

  const isReady = (): boolean => readiness().word === "alive";

  /** What follows from a change: the latch of startup, and those who wait for readiness. */
  const settled = (): void => {
    if (starting && !unborn.size) latched = true;
    // Asked twice: the second time looks at what a late timer has left undone elsewhere.
    if (room.waiters?.size && wordOf(worst(), phase) === "alive" && isReady())
      for (const waiter of room.waiters) waiter.end(undefined);
  };

  const host: Host = {
    ...createTeller(audience),
    clock,
    mode,
    now,
    look() {
      const at = now();
      scheduler.settle(at);
      return at;
    },
    get phase() {
      return phase;
    },
    begin() {
      if (phase !== "idle") return;
      phase = "running";
      for (const core of cores.values()) core.plan(now());
      host.look();
    },
    update(core, at) {
      if (core.closed) return;
      const next = core.active?.deadline ?? core.nextAttemptAt;
      scheduler.put(core, Math.min(next, look(core, at), disposalAt(core)));
      settled();
    },
    hold: scheduler.hold,
    owe(by) {
      owed += by;
      if (!owed) paid();
    },
    leave(core) {
      const { name } = core;
      scheduler.put(core, Infinity);
      rank(core, NOWHERE);
      if (core.starts) starting--;
      cores.delete(name);
      unborn.delete(name);
      if (expected.has(name)) {
        unborn.add(name);
        count(0, 1);
      }
      settled();
    },
  };

  const retryAfter = (): number =>
    retryAfterOf((phase === "running" ? attempts.first?.at : undefined) ?? Infinity, now());

  const room: WaitingRoom<undefined> = {
    host,
    waiters: undefined,
    notReady(reason, cause) {
      const verdict = readiness();
      return new NotReadyError(verdict.worst, reason, verdict.retryAfter, cause);
    },
  };

  const whenReady = async (signal: AbortSignal | undefined): Promise<void> => {
    if (isReady()) return;
    if (phase === "draining" || phase === "closed") throw room.notReady(phase);
    await wait(room, signal, () => true);
  };

  /** Leaves the schedule for good. */
  const stop = (to: "draining" | "closed", each: (core: Core<unknown>) => void): void => {
    phase = to;
    for (const core of cores.values()) each(core);
    refuseAll(room, to);
  };

  const registry: Registry = {
    host,
    cores,
    expected,
    heartbeats: undefined,
    readiness,
    startup() {
      readiness();
      return verdict(phase !== "closed" && (latched || !unborn.size) ? "alive" : "notLoaded");
    },
    liveness() {
      host.begin();
      if (registry.heartbeats && phase !== "closed")
        for (const isOverdue of registry.heartbeats.values())
          if (isOverdue()) return { ...ALIVE, word: "wedged", retryAfter: UNPLANNED_RETRY_SECONDS };
      return ALIVE;
    },
    add(name, options, starts) {
      checkName("name", name);
      if (phase === "closed") refuse("health", phase, "open to register a resource");
      if (cores.has(name)) refuse("name", name, "a name that is not registered yet");
      const core = new Core(name, options, host);
      cores.set(name, core);
      unborn.delete(name);
      if (expected.has(name)) count(0, -1);
      if (core.required && starts) {
        core.starts = true;
        starting++;
        unborn.add(name);
      }
      // Nothing has happened to it yet, so any instant will do.
      look(core, 0);
      if (phase === "running") {
        core.plan(now());
        host.look();
      }
      return core;
    },
    subscribe: (listener) => audience.add(listener, host, () => cores.values()),
    whenReady: (signal) => handled(whenReady(signal)),
    start() {
      host.begin();
      scheduler.catchUp();
    },
    drain() {
      if (phase !== "draining" && phase !== "closed") stop("draining", (core) => core.drain());
    },
    close() {
      if (closing) return closing;
      let resolve = (): void => {};
      // Before the rest, for a listener may close too.
      closing = new Promise((settle) => (resolve = settle));
      stop("closed", (core) => core.close());
      const cancel = clock.setTimer(resolve, CLOSE_GRACE_MS, true);
      paid = () => {
        cancel();
        resolve();
      };
      host.owe(0);
      return closing;
    },
  };
  mode?.drive(registry);
  return registry;
}
