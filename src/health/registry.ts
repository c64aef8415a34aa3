import { refuse } from "../state/refusal.ts";
import { changesAt } from "../state/freshness.ts";
import { createNow, systemClock, type Clock } from "../resource/clock.ts";
import { Core } from "../resource/core.ts";
import { disposalAt } from "../resource/disposal.ts";
import { NotReadyError, retryAfterOf, UNPLANNED_RETRY_SECONDS } from "../resource/error.ts";
import { Audience, createTeller, type Listener } from "../resource/event.ts";
import type { Host, ReadinessRoom, RefreshMode } from "../resource/host.ts";
import type { ResourceOptions } from "../resource/options.ts";
import { handled, wait, type WaitingRoom } from "../resource/wait.ts";
import { createScheduler } from "./scheduler.ts";
import { createStanding, isBlocking, type Seat } from "./standing.ts";
import { ALIVE, WEDGED, type Verdict } from "./verdict.ts";

/** How long `close()` waits for leases and disposals, in ms. */
const CLOSE_GRACE_MS = 5_000;

/** What the registry is made with. */
export interface RegistryOptions {
  /**
   * Names that must be registered before readiness can be 200: a resource that nobody remembered to
   * register counts as NOT_LOADED.
   * @default none
   */
  readonly expect?: readonly string[];
  /**
   * How loads are driven: `onRequest()` where no timer may outlive a request (Workers, Lambda, Vercel).
   * @default in the background, by one timer that does not keep the process alive
   */
  readonly refresh?: RefreshMode;
  /**
   * Where time, timers and chance come from.
   * @default the platform's own
   */
  readonly clock?: Clock;
}

/** The resources of one health, and the verdict over them, kept current by transitions. */
export interface Registry {
  readonly host: Host;
  readonly seats: ReadonlyMap<string, Seat>;
  /** Names that are expected and that nobody registered. */
  readonly missing: ReadonlySet<string>;
  /** Handed in by `heartbeat()`: whether each is overdue, by name. */
  heartbeats: Map<string, () => boolean> | undefined;
  /** Seconds for `retry-after` when readiness or startup refuses. */
  retryAfter(): number;
  readiness(): Verdict;
  startup(): Verdict;
  liveness(): Verdict;
  /** Registers a resource; `starts` says whether startup may wait for it. */
  add<T>(name: string, options: ResourceOptions<T>, starts: boolean): Core<T>;
  subscribe(listener: Listener): () => void;
  whenReady(signal: AbortSignal | undefined): Promise<void>;
  start(): void;
  drain(): void;
  close(): Promise<void>;
}

/** @throws TypeError unless the name is lower-case letters, digits and dashes, at most 63, a letter first */
export function checkName(option: string, name: unknown): asserts name is string {
  if (typeof name !== "string" || !/^[a-z][a-z0-9-]{0,62}$/.test(name))
    refuse(option, name, "a name of a-z, 0-9 and -, a letter first, 63 characters at most");
}

// A registered symbol: copies of the package in one process know each other's healths.
const REGISTRY: unique symbol = Symbol.for("health-state.registry");

/** Remembers whose registry this is, for the parts that are handed in. */
export function keepRegistry(health: object, registry: Registry): void {
  Object.defineProperty(health, REGISTRY, { value: registry });
}

/** @throws TypeError unless it is what `createHealth()` gave */
export function registryOf(health: object): Registry {
  // SAFETY: only keepRegistry() writes under the symbol.
  const { [REGISTRY]: registry } = Object(health) as { readonly [REGISTRY]?: Registry };
  return registry ?? refuse("health", health, "what createHealth() returned");
}

/** Makes the registry. Only stores data: no timer, clock reading or load before `start()`. */
export function createRegistry(options: RegistryOptions): Registry {
  const clock = options.clock ?? systemClock;
  const now = createNow(clock);
  const expected = new Set(options.expect ?? []);
  for (const name of expected) checkName("expect", name);
  const standing = createStanding(expected);
  const { seats } = standing;
  const audience = new Audience();
  const teller = createTeller(audience);
  let phase: Host["phase"] = "idle";
  let owed = 0;
  let closing: Promise<void> | undefined;
  let paid: (() => void) | undefined;

  const mode = options.refresh;
  const scheduler = createScheduler<Core<unknown>>(
    mode ? { ...clock, setTimer: () => () => {} } : clock,
    now,
    (core, at) => {
      const seat = seats.get(core.name);
      if (seat) standing.rank(seat, at);
      return changesAt(core.facts, at, core.limits);
    },
    (core, at) => core.tick(at),
  );

  /** What follows from a change: the latch of startup, and those who wait for readiness. */
  const settled = (): void => {
    if (phase !== "idle") standing.latch();
    // Asked twice: the second time looks at what a late timer has left undone elsewhere.
    if (room.waiters?.size && standing.readiness(phase).word === "alive" && readiness().word === "alive")
      for (const waiter of room.waiters) waiter.end(undefined);
  };

  const seatOf = (core: Core<unknown>): Seat | undefined => {
    const seat = seats.get(core.name);
    return seat?.core === core ? seat : undefined;
  };

  const host: Host = {
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
      const at = now();
      for (const { core } of seats.values()) core.plan(at);
      settled();
      scheduler.settle(at);
    },
    update(core, at) {
      const seat = seatOf(core);
      if (!seat) return;
      standing.rank(seat, at);
      const next = core.active ? core.active.deadline : core.nextAttemptAt;
      scheduler.put(seat.due, Math.min(next, changesAt(core.facts, at, core.limits), disposalAt(core)));
      settled();
    },
    tell: teller.tell,
    flush: teller.flush,
    hold: scheduler.hold,
    owe(by) {
      owed += by;
      if (!owed) paid?.();
    },
    leave(core) {
      const seat = seatOf(core);
      if (!seat) return;
      scheduler.put(seat.due, Infinity);
      standing.leave(seat, now());
      settled();
    },
  };

  const room: WaitingRoom<undefined> = {
    waiters: undefined,
    hold: scheduler.hold,
    notReady: (reason, cause) => new NotReadyError(readiness().worst, reason, retryAfter(), cause),
  };

  const readinessRoom: ReadinessRoom = {
    clock,
    ready: () => readiness().word === "alive",
    refusal: () => (phase === "draining" || phase === "closed" ? phase : undefined),
    notReady: room.notReady,
    blocking: () => [...seats.values()].filter(isBlocking).map(({ core }) => core),
  };

  const retryAfter = (): number =>
    phase === "running" ? retryAfterOf(standing.attemptAt(), now()) : UNPLANNED_RETRY_SECONDS;

  const readiness = (): Verdict => {
    host.begin();
    host.look();
    return standing.readiness(phase);
  };

  const registry: Registry = {
    host,
    seats,
    missing: standing.missing,
    heartbeats: undefined,
    retryAfter,
    readiness,
    startup() {
      host.begin();
      host.look();
      return standing.startup(phase);
    },
    liveness() {
      host.begin();
      if (registry.heartbeats && phase !== "closed")
        for (const overdue of registry.heartbeats.values()) if (overdue()) return WEDGED;
      return ALIVE;
    },
    add(name, resourceOptions, starts) {
      checkName("name", name);
      if (phase === "closed") refuse("health", phase, "open to register a resource");
      if (seats.has(name)) refuse("name", name, "a name that is not registered yet");
      const core = new Core(name, resourceOptions, host);
      standing.take(core, starts);
      if (phase === "running") {
        const at = now();
        core.plan(at);
        scheduler.settle(at);
      }
      return core;
    },
    subscribe: (listener) =>
      audience.add(listener, () => {
        const at = now();
        return [...seats.values()].map(({ core }) => core.current(at));
      }),
    whenReady(signal) {
      if (readiness().word === "alive") return Promise.resolve();
      if (mode) return handled(mode.whenReady(readinessRoom, signal));
      const promise = wait<void, undefined>(room, signal, (_, resolve) => resolve());
      if (phase !== "running")
        for (const waiter of room.waiters ?? []) waiter.refuse(phase === "closed" ? "closed" : "draining");
      return promise;
    },
    start() {
      host.begin();
      scheduler.catchUp();
    },
    drain() {
      if (phase === "draining" || phase === "closed") return;
      phase = "draining";
      for (const { core } of seats.values()) core.drain();
      for (const waiter of room.waiters ?? []) waiter.refuse("draining");
    },
    close() {
      if (closing) return closing;
      phase = "closed";
      for (const { core } of seats.values()) core.close();
      for (const waiter of room.waiters ?? []) waiter.refuse("closed");
      scheduler.stop();
      return (closing = handled(
        new Promise((resolve) => {
          if (!owed) return resolve();
          const cancel = clock.setTimer(resolve, CLOSE_GRACE_MS, true);
          paid = () => {
            cancel();
            resolve();
          };
        }),
      ));
    },
  };
  return registry;
}
