import { registryOf } from "../../src/health/registry-of.ts";
import { fleet, memoryFleet, type FleetOptions, type FleetStore } from "../../src/fleet/index.ts";
import {
  createHealth,
  details,
  loaded,
  type Clock,
  type FleetEvent,
  type Health,
  type Resource,
} from "../../src/index.ts";
import { createHeapClock, type HeapClock } from "./heap-clock.ts";

/** How the store behaves, for everybody. */
export type StoreMode = "ok" | "gone" | "slow" | "hung";

export interface WorldOptions {
  readonly chance?: () => number;
  readonly fleet?: Partial<FleetOptions>;
  /** How long a load takes, in ms. */
  readonly loadMs?: number;
  readonly refreshEvery?: number;
  readonly staleAfter?: number;
  readonly refuseAfter?: number;
}

/** One replica with a clock, a source and a lot of its own. */
export interface WorldReplica {
  readonly name: string;
  readonly health: Health;
  readonly index: Resource<object>;
  readonly events: FleetEvent[];
  sourceUp: boolean;
  isDead: boolean;
  isFrozen: boolean;
  /** The loads that run, and whether they went without a turn. */
  readonly loads: Set<{ isAlone: boolean; readonly startedAt: number }>;
  /** Whether the gate was passed without a turn before the load to come. */
  freeze(): void;
  thaw(): void;
  kill(): void;
  jump(ms: number): void;
  /** How readiness stands, at this moment. */
  standing(): "in" | "held-in" | "stale-out" | "out";
}

export interface World {
  readonly clock: HeapClock;
  readonly replicas: WorldReplica[];
  mode: StoreMode;
  /** Since when the store has been in its mode, by the clock. */
  modeSince: number;
  setMode(mode: StoreMode): void;
  flush(): void;
  sourceUp: boolean;
  add(name?: string): WorldReplica;
  live(): WorldReplica[];
  readonly store: FleetStore;
}

/** Many healths in one process and in virtual time, on one store whose faults the test makes. */
export function createWorld(options: WorldOptions = {}): World {
  const {
    chance = () => 0.5,
    loadMs = 1_000,
    refreshEvery = 30_000,
    staleAfter = 65_000,
    refuseAfter = 90_000,
  } = options;
  const clock = createHeapClock(chance);
  let memory = memoryFleet({ clock });
  const after = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(resolve, ms, false));
  /** What waits for the store to be back. */
  const hung: (() => void)[] = [];

  const world: World = {
    clock,
    replicas: [],
    mode: "ok",
    modeSince: 0,
    setMode(mode) {
      world.mode = mode;
      world.modeSince = clock.monotonic();
      if (mode !== "hung") for (const resume of hung.splice(0)) resume();
    },
    flush() {
      memory = memoryFleet({ clock });
    },
    sourceUp: true,
    add: (name = `replica-${world.replicas.length}`) => addReplica(name),
    live: () => world.replicas.filter(({ isDead, isFrozen }) => !isDead && !isFrozen),
    store: {
      beat: (group, beat) => faulty(() => memory.beat(group, beat)),
      read: (group) => faulty(() => memory.read(group)),
      write: (group, note) => faulty(() => memory.write(group, note)),
    },
  };

  async function faulty<R>(call: () => PromiseLike<R>): Promise<R> {
    if (world.mode === "gone") throw new Error("the store is gone");
    if (world.mode === "slow") await after(300 + Math.floor(chance() * 3_000));
    if (world.mode === "hung") await new Promise<void>((resolve) => hung.push(resolve));
    else await after(1 + Math.floor(chance() * 20));
    return call();
  }

  function addReplica(name: string): WorldReplica {
    const whenThawed: (() => void)[] = [];
    let wallOffset = 0;
    const unlessFrozen = (job: () => void): void => {
      if (replica.isDead) return;
      if (replica.isFrozen) whenThawed.push(() => unlessFrozen(job));
      else job();
    };
    const thawed = (): Promise<void> => new Promise((resolve) => unlessFrozen(resolve));
    const own: Clock = {
      wall: () => clock.wall() + wallOffset,
      monotonic: () => clock.monotonic(),
      random: chance,
      setTimer: (callback, delayMs, hold) => clock.setTimer(() => unlessFrozen(callback), delayMs, hold),
    };
    const through = async <R>(call: () => PromiseLike<R>): Promise<R> => {
      const answer = await call();
      await thawed();
      return answer;
    };
    const store: FleetStore = {
      beat: (group, beat) => through(() => world.store.beat(group, beat)),
      read: (group) => through(() => world.store.read(group)),
      write: (group, note) => through(() => world.store.write(group, note)),
    };
    const health = createHealth({
      clock: own,
      details: details("always"),
      fleet: fleet(store, { group: "matcher", replica: name, ...options.fleet }),
    });
    const registry = registryOf(health);
    /** The gate told that it was passed, or the store was gone. */
    let isPassed = false;
    const index = health.resource<object>("index", {
      async load() {
        const load = { isAlone: isPassed || registry.part?.snapshot().store === "gone", startedAt: clock.monotonic() };
        isPassed = false;
        replica.loads.add(load);
        try {
          await after(loadMs);
          await thawed();
          if (!world.sourceUp || !replica.sourceUp) throw new Error("the source is down");
          return loaded({ name }, { revision: "r1" });
        } finally {
          replica.loads.delete(load);
        }
      },
      refreshEvery,
      staleAfter,
      refuseAfter,
      timeout: "20s",
    });
    const events: FleetEvent[] = [];
    health.subscribe((event) => {
      if (event.type === "gate") isPassed = true;
      if (
        event.type === "held-in" ||
        event.type === "left" ||
        event.type === "store-gone" ||
        event.type === "store-back"
      )
        events.push(event);
    });
    const replica: WorldReplica = {
      name,
      health,
      index,
      events,
      sourceUp: true,
      isDead: false,
      isFrozen: false,
      loads: new Set(),
      freeze() {
        replica.isFrozen = true;
      },
      thaw() {
        replica.isFrozen = false;
        for (const job of whenThawed.splice(0)) job();
      },
      kill() {
        replica.isDead = true;
      },
      jump(ms) {
        wallOffset += ms;
      },
      standing() {
        const { readiness } = registry.outcomes();
        const { heldIn } = registry.part?.snapshot() ?? { heldIn: false };
        if (readiness === "ok") return heldIn ? "held-in" : "in";
        return readiness === "stale" ? "stale-out" : "out";
      },
    };
    world.replicas.push(replica);
    health.start();
    return replica;
  }

  return world;
}
