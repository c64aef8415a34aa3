import { budgetOf } from "../../src/fleet/decide-leave.ts";
import { chanceOf } from "./chance.ts";
import { createWorld, type StoreMode, type World, type WorldReplica } from "./world.ts";

const BEAT_MS = 5_000;
const TTL_MS = 3 * BEAT_MS;
/** A beat with its spread, a round trip and the tick that follows. */
const NEXT_BEAT_MS = BEAT_MS * 1.1 + 200;

/** What one history is made with. */
export interface HistoryOptions {
  readonly seed: number;
  readonly replicas: number;
  /** How long faults happen, in ms; after them everything heals. */
  readonly faultsMs: number;
  /** How far apart the looks at everybody are, in ms. */
  readonly lookEveryMs: number;
  /** How many faults happen in that time. */
  readonly faults: number;
}

/**
 * One history with random faults. Gives what was wrong in it: nothing, if the fleet keeps its word.
 * Every choice comes from the seed.
 */
export async function playHistory(options: HistoryOptions): Promise<readonly string[]> {
  const chance = chanceOf(options.seed);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(chance() * list.length)];
  const leave = pick(["10%", "25%", "50%", 1, 3]) ?? "10%";
  // A large group would load for a quarter of an hour with two at once.
  const loads = Math.max(2, Math.floor(options.replicas / 20));
  const queue = options.replicas / loads;
  const world = createWorld({
    chance,
    loadMs: 200 + Math.floor(chance() * 1_500),
    fleet: { leave, loads },
    // A queue of many takes long, so that the limits grow with the group.
    refreshEvery: 30_000 + queue * 2_000,
    staleAfter: 65_000 + queue * 5_000,
    refuseAfter: 65_000 + queue * 5_000,
  });
  const watch = createWatch(world, leave, loads);
  for (let at = 0; at < options.replicas; at++) world.add();
  const thaws: { readonly at: number; readonly replica: WorldReplica }[] = [];
  const heals: { readonly at: number; readonly heal: () => void }[] = [];
  const until = options.faultsMs;
  const everyMs = until / options.faults;

  const fault = (): void => {
    const now = world.clock.monotonic();
    const live = world.live();
    const one = pick(live);
    const later = (most: number): number => now + Math.floor(chance() * most);
    switch (Math.floor(chance() * 12)) {
      case 0:
        world.sourceUp = false;
        heals.push({ at: later(300_000), heal: () => (world.sourceUp = true) });
        return;
      case 1:
      case 2:
        if (!one) return;
        one.sourceUp = false;
        heals.push({ at: later(240_000), heal: () => (one.sourceUp = true) });
        return;
      case 3:
      case 4: {
        const mode = pick<StoreMode>(["gone", "slow", "hung"]) ?? "gone";
        world.setMode(mode);
        heals.push({ at: later(90_000), heal: () => world.setMode("ok") });
        return;
      }
      case 5:
        world.flush();
        watch.flushed();
        return;
      case 6:
        if (one && live.length > 2) one.kill();
        return;
      case 7:
        if (!one) return;
        one.freeze();
        thaws.push({ at: later(60_000), replica: one });
        return;
      case 8:
        world.add();
        return;
      case 9:
        one?.jump(chance() < 0.5 ? 3_600_000 : -3_600_000);
        return;
      case 10:
        // A deploy: one leaves, another comes.
        if (!one || live.length < 2) return;
        one.health.drain();
        heals.push({
          at: now + 10_000,
          heal: () => {
            void one.health.close();
            heals.push({ at: world.clock.monotonic() + 1_000, heal: () => one.kill() });
            world.add();
          },
        });
        return;
      default:
        // The source flaps.
        world.sourceUp = !world.sourceUp;
        heals.push({ at: later(60_000), heal: () => (world.sourceUp = true) });
    }
  };

  const heal = (all: boolean): void => {
    const now = world.clock.monotonic();
    for (const one of heals.splice(0))
      if (all || one.at <= now) one.heal();
      else heals.push(one);
    for (const one of thaws.splice(0))
      if (all || one.at <= now) {
        watch.thawed(one.replica);
        one.replica.thaw();
      } else thaws.push(one);
  };

  let nextFault = everyMs * chance();
  while (world.clock.monotonic() < until) {
    await world.clock.advance(options.lookEveryMs);
    heal(false);
    watch.look();
    if (world.clock.monotonic() >= nextFault) {
      fault();
      nextFault += everyMs * 2 * chance();
    }
  }
  while (heals.length + thaws.length) heal(true);
  world.sourceUp = true;
  for (const replica of world.replicas) replica.sourceUp = true;
  // Time for the longest wait after failures, and for a whole queue.
  for (let left = 120_000 + queue * 6_000; left > 0; left -= options.lookEveryMs * 4) {
    await world.clock.advance(options.lookEveryMs * 4);
    heal(true);
    watch.look();
  }
  watch.end();
  return watch.faults;
}

interface Watch {
  readonly faults: string[];
  look(): void;
  flushed(): void;
  thawed(replica: WorldReplica): void;
  end(): void;
}

/** Looks at everybody, and writes down what must not be. */
function createWatch(world: World, leave: string | number, loads: number): Watch {
  const faults: string[] = [];
  const budget = typeof leave === "number" ? { most: leave } : { percent: Number.parseFloat(leave) };
  /** How many members there may have been, each with the moment. */
  const sizes: { readonly at: number; readonly size: number }[] = [];
  let flushedAt = -Infinity;
  let brokenUntil = -Infinity;
  const note = (text: string): void => {
    if (faults.length < 5) faults.push(`${world.clock.monotonic()} ms: ${text}`);
  };

  return {
    faults,
    flushed() {
      flushedAt = world.clock.monotonic();
    },
    thawed(replica) {
      // What ran while it was frozen has lost its turn.
      for (const load of replica.loads) load.isAlone = true;
    },
    look() {
      const now = world.clock.monotonic();
      const live = world.live();
      if (world.mode !== "ok") brokenUntil = now;
      const present = world.replicas.filter(({ isDead }) => !isDead).length;
      sizes.push({ at: now, size: present });
      // A killed replica counts for a ttl, and a renewal does not ask how large the group is now.
      const largest = Math.max(...sizes.map(({ size }) => size));
      const standings = live.map((replica) => ({ replica, standing: replica.standing() }));
      const out = standings.filter(({ standing }) => standing === "stale-out").map(({ replica }) => replica);
      // A replica that has never been ready is out for that reason.
      const left = out.filter(({ events }) => events.some(({ type }) => type === "left"));
      if (left.length > budgetOf(budget, largest)) note(`${left.length} of ${largest} are out, leave is ${leave}`);
      for (const replica of left) {
        const wasGoneFor = world.mode === "ok" ? 0 : now - world.modeSince;
        if (wasGoneFor > TTL_MS + 200) note(`${replica.name} is out, and the store has been gone for ${wasGoneFor} ms`);
      }
      // Loads that went alone, and that began or ran on while the store was gone, are beside the limit.
      for (const replica of live)
        for (const load of replica.loads) if (brokenUntil >= load.startedAt - NEXT_BEAT_MS * 3) load.isAlone = true;
      const loading = live.flatMap((replica) => [...replica.loads].filter(({ isAlone }) => !isAlone));
      if (loading.length > loads && now - flushedAt > NEXT_BEAT_MS) note(`${loading.length} load at once`);
    },
    end() {
      for (const replica of world.live()) {
        if (replica.health.snapshot().draining) continue;
        const { state, age } = replica.index.snapshot();
        if (state !== "READY" || replica.standing() !== "in")
          note(`${replica.name} ends ${state}, ${replica.standing()}, age ${age}`);
      }
    },
  };
}
