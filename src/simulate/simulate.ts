import { BALANCERS } from "./balancer.ts";
import { createChance } from "./chance.ts";
import { Pod } from "./pod.ts";
import { createDue, Queue } from "./queue.ts";
import { Recorder, type Fate, type Timeline } from "./record.ts";
import { Router, type RouterRule } from "./router.ts";
import { worldOf, type Setup } from "./setup.ts";
import type { Stage } from "./stage.ts";

/** What came of a simulation, in numbers. */
export interface Figures {
  /** Containers started again, over all replicas. */
  readonly restarts: number;
  /** Seconds that replicas spent waiting in CrashLoopBackOff, added up. */
  readonly crashLoopSeconds: number;
  /** Seconds in which no replica was in rotation, from the start on. */
  readonly noneReadySeconds: number;
  /** Seconds in which a request found nobody to be sent to: the same, unless the router fails open. */
  readonly noAnswerSeconds: number;
  /** The fewest in rotation at once, after all were for the first time; `null` where that never came. */
  readonly fewestReady: number | null;
  /** When the first replica was in rotation; `null` for never. */
  readonly firstReadySeconds: number | null;
  /** When all were; `null` for never. */
  readonly allReadySeconds: number | null;
  /** Requests to the service, by what became of them. */
  readonly requests: { readonly [F in Fate]: number };
  /** Loads begun. */
  readonly loads: number;
  /** The most loads at once. */
  readonly mostLoadsAtOnce: number;
  /** The same in the last quarter of the time. */
  readonly mostLoadsAtOnceLate: number;
  /** Questions that probes and checks asked. */
  readonly probes: number;
}

/** What came of a simulation. */
export interface Outcome {
  /** The sums. */
  readonly figures: Figures;
  /** What was seen over time. */
  readonly timeline: Timeline;
}

/** How to simulate. */
export interface SimulateOptions {
  /** The same seed gives the same answer. @default 1 */
  readonly seed?: number;
  /**
   * Whether each check asks the library anew, even while nothing can have changed. Slow, and the same answer:
   * tests compare the two.
   * @default false
   */
  readonly everyProbe?: boolean;
}

/** Plays a situation in virtual time: the real library in every replica, and models of whoever asks it. */
export async function simulate(setup: Setup, options: SimulateOptions = {}): Promise<Outcome> {
  const { seed = 1, everyProbe = false } = options;
  const world = worldOf(setup);
  const queue = new Queue();
  const record = new Recorder(world.untilMs, setup.replicas);
  const touched = new Set<{ look(): void }>();
  let orders = 0;
  const stage: Stage = {
    world,
    queue,
    record,
    walks: everyProbe,
    order: () => orders++,
    touch: (one) => void touched.add(one),
  };
  const router = new Router(ruleOf(setup), world, record);
  const pods = new Map<number, Pod>();
  const deployment = deploymentOf(stage, router, pods, seed);

  while (queue.next(world.untilMs)) {
    queue.current?.run();
    if (touched.size > 0) await (everyProbe ? settled() : turned());
    for (const one of touched) {
      touched.delete(one);
      one.look();
    }
    deployment.go();
  }
  for (const pod of pods.values()) {
    pod.wakeChecks();
    record.backoffMs += pod.waitedMs(world.untilMs);
  }
  router.pass(world.untilMs);
  record.pass(world.untilMs);
  return { figures: figuresOf(record, router), timeline: record.timeline() };
}

/** The pods that are wanted, and the rolling update that replaces them. */
function deploymentOf(stage: Stage, router: Router, pods: Map<number, Pod>, seed: number): { go(): void } {
  const { queue, world } = stage;
  const { setup } = world;
  const { replicas: wanted, deploy } = setup;
  // maxSurge rounds up and maxUnavailable down, 25 % each (Deployment, rollingUpdate).
  const [most, least] = [wanted + Math.ceil(wanted / 4), wanted - Math.floor(wanted / 4)];
  let deploying = false;
  let asks = false;
  const create = (replica: number): void => {
    pods.set(
      replica,
      new Pod(stage, router, replica, seed, () => {
        asks = true;
      }),
    );
  };
  const chance = createChance(seed, -1);
  for (let replica = 0; replica < wanted; replica += 1) {
    const due = createDue(0, stage.order(), () => create(replica));
    queue.put(due, Math.floor(chance() * world.spreadMs));
  }
  const go = (): void => {
    if (!deploying || !asks) return;
    asks = false;
    const kept = [...pods.values()].filter(({ deleted }) => !deleted);
    const old = kept.filter(({ replica }) => replica < wanted);
    let ready = kept.filter(({ isAvailable }) => isAvailable).length;
    // Those that are not ready go first, as they do in a Deployment.
    for (const pod of [...old].sort((one, other) => Number(one.isAvailable) - Number(other.isAvailable))) {
      if (pod.isAvailable && ready <= least) break;
      if (pod.isAvailable) ready -= 1;
      pod.delete(setup.router === "kubernetes" || deploy?.told === true);
    }
    const present = [...pods.values()].filter(({ deleted }) => !deleted).length;
    const young = pods.size - wanted;
    for (let next = 0; next < Math.min(most - present, wanted - young); next += 1) create(pods.size);
  };
  if (deploy) {
    const begin = createDue(0, stage.order(), () => {
      deploying = true;
      asks = true;
      go();
    });
    // Not before there is something to replace.
    queue.put(begin, Math.max(deploy.atSeconds * 1_000, world.spreadMs + 1));
  }
  return { go };
}

function ruleOf({ router }: Setup): RouterRule {
  if (router === "kubernetes") return { noneLeft: "terminating", panicUnder: 0 };
  const { prober, panicUnder } = BALANCERS[router];
  const { traffic } = prober.allDown;
  return { noneLeft: traffic === "all" ? "everybody" : "nobody", panicUnder };
}

function figuresOf(record: Recorder, router: Router): Figures {
  const seconds = (ms: number): number => Math.round(ms) / 1_000;
  return {
    restarts: record.restarts,
    crashLoopSeconds: seconds(record.backoffMs),
    noneReadySeconds: seconds(router.emptyMs),
    noAnswerSeconds: seconds(router.refusedMs),
    fewestReady: record.fewestReady ?? null,
    firstReadySeconds: record.firstReadyMs === undefined ? null : seconds(record.firstReadyMs),
    allReadySeconds: record.allReadyMs === undefined ? null : seconds(record.allReadyMs),
    requests: {
      fresh: record.requestsOf("fresh"),
      stale: record.requestsOf("stale"),
      stalled: record.requestsOf("stalled"),
      unloaded: record.requestsOf("unloaded"),
      lost: record.requestsOf("lost"),
      refused: record.requestsOf("refused"),
    },
    loads: record.loadsStarted,
    mostLoadsAtOnce: record.mostLoading,
    mostLoadsAtOnceLate: record.mostLoadingLate,
    probes: record.probes,
  };
}

/**
 * As many turns as any promise of the library takes to settle, and twice as many. Cheaper by far than a
 * macrotask, which the full walk takes instead: that both give the same is what the tests compare.
 */
async function turned(): Promise<void> {
  const done = Promise.resolve();
  for (let turn = 0; turn < TURNS; turn += 1) await done;
}

const TURNS = 16;

/** Every microtask that is queued, and those that they queue, runs before a macrotask does. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof soon === "function") soon(resolve);
    else setTimeout(resolve, 0);
  });
}

/** Where the runtime has it, a macrotask that costs a microsecond. */
const soon: unknown = Reflect.get(globalThis, "setImmediate");
