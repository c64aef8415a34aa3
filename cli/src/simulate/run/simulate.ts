import type { Clock } from "health-state";
import { memoryFleet } from "health-state/fleet";
import { balancerOf } from "../model/balancer.ts";
import { FleetCounter } from "../model/fleet-counter.ts";
import { Queue } from "../model/queue.ts";
import { Recorder, type Timeline } from "../model/recorder.ts";
import { Router, type RouterRule } from "../traffic/router.ts";
import { resolveSetup, type ResolvedSetup, type Setup } from "../model/setup.ts";
import type { Simulation } from "../model/simulation.ts";
import { Ahead } from "../replica/ahead.ts";
import { prepareShortcut } from "../replica/shortcut.ts";
import type { Pod } from "../replica/pod.ts";
import { deploymentOf } from "./deployment.ts";
import { figuresOf, type Figures } from "./figures.ts";
import { Phases } from "./phases.ts";

/** The result of a simulation. */
export interface SimulationResult {
  /** The figures. */
  readonly figures: Figures;
  /** The results over time. */
  readonly timeline: Timeline;
}

/** The options of a simulation. */
export interface SimulateOptions {
  /** The seed of the random numbers. The same seed gives the same result. @default 1 */
  readonly seed?: number;
  /**
   * Whether each check asks the library, even if its answer cannot have changed. This is slow and gives the same
   * result. Tests compare both ways.
   * @default false
   */
  readonly everyProbe?: boolean;
  /** Called from time to time with the finished share of the time, 0 to 1. It is awaited, so that it can draw. */
  readonly onProgress?: ((share: number) => Promise<void> | void) | undefined;
}

/** Simulates a setup in virtual time. Each replica runs the real library. Kubelet and balancers are models. */
export async function simulate(setup: Setup, options: SimulateOptions = {}): Promise<SimulationResult> {
  const { seed = 1, everyProbe = false } = options;
  const resolved = resolveSetup(setup);
  const queue = new Queue();
  const record = new Recorder(resolved.untilMs, setup.replicas);
  const changed = new Set<{ observe(): void }>();
  const started: (() => void)[] = [];
  let orders = 0;
  const { fleet } = setup;
  const simulation: Simulation = {
    resolved,
    queue,
    record,
    fleetCounter: new FleetCounter(),
    fleetStore: fleet && memoryFleet({ clock: clockOf(queue) }),
    asksEveryTime: everyProbe,
    order: () => orders++,
    markChanged: (one) => void changed.add(one),
    afterStart: (act) => void started.push(act),
  };
  await prepareShortcut(simulation, flushMacrotask);
  Ahead.of(simulation);
  const routers = routersOf(resolved, record);
  const pods = new Map<number, Pod>();
  const deployment = deploymentOf(simulation, routers, pods, seed);

  const phases = new Phases(simulation, routers);
  let played = 0;
  let toldMs = 0;
  while (queue.next(resolved.untilMs)) {
    queue.current?.run();
    played += 1;
    if (played % EVENTS_BETWEEN === 0 || queue.now - toldMs >= resolved.untilMs * SHARE_BETWEEN) {
      toldMs = queue.now;
      await options.onProgress?.(queue.now / resolved.untilMs);
    }
    while (started.length > 0) {
      await flushMacrotask();
      for (const act of started.splice(0)) act();
    }
    if (changed.size > 0) await (everyProbe || fleet ? flushMacrotask() : flushMicrotasks());
    for (const one of changed) {
      changed.delete(one);
      one.observe();
    }
    deployment.go();
  }
  for (const pod of pods.values()) {
    pod.wakeChecks();
    record.backoffMs += pod.waitedMs(resolved.untilMs);
  }
  Ahead.of(simulation).countToNow();
  phases.end();
  return { figures: figuresOf(simulation, routers, phases.figures), timeline: record.timeline() };
}

/** Creates a router for each checker of the balancer, and as many for requests on kept connections. */
function routersOf(resolved: ResolvedSetup, record: Recorder): readonly Router[] {
  const { setup } = resolved;
  const { share, seconds } = setup.kept ?? { share: 0, seconds: 0 };
  const isBalancer = setup.router !== "kubernetes" && setup.router !== "direct";
  const checkers = isBalancer ? (setup.check?.checkers ?? 1) : 1;
  const each = (part: number, lingerMs: number): readonly Router[] =>
    Array.from({ length: checkers }, () => new Router(ruleOf(setup), resolved, record, part / checkers, lingerMs));
  return [...each(1 - share, 0), ...(share > 0 ? each(share, Math.round(seconds * 1_000)) : [])];
}

function ruleOf({ router, check }: Setup): RouterRule {
  if (router === "kubernetes") return { noneLeft: "terminating", panicUnder: 0 };
  if (router === "direct") return { noneLeft: "everybody", panicUnder: 0 };
  const { prober, panicUnder } = balancerOf(router, check);
  const { traffic } = prober.allDown;
  return { noneLeft: traffic === "all" ? "everybody" : "nobody", panicUnder };
}

/** The clock of the store. It sets no timer. */
function clockOf(queue: Queue): Clock {
  return { wall: () => queue.now, monotonic: () => queue.now, random: () => 0.5, setTimer: () => () => {} };
}

/** The progress is reported after this many events, which take about ten milliseconds. */
const EVENTS_BETWEEN = 5_000;

/** It is also reported after this share of the time, because loads that are counted ahead are no events. */
const SHARE_BETWEEN = 0.01;

/**
 * Waits for twice as many microtasks as any promise of the library needs. This is much cheaper than a macrotask. With
 * `everyProbe` a macrotask is used instead, and tests compare both ways.
 */
async function flushMicrotasks(): Promise<void> {
  const done = Promise.resolve();
  for (let turn = 0; turn < TURNS; turn += 1) await done;
}

const TURNS = 16;

/** Waits for a macrotask. All queued microtasks run before it, and the microtasks that they queue. */
function flushMacrotask(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof soon === "function") soon(resolve);
    else setTimeout(resolve, 0);
  });
}

/** A macrotask that takes only a microsecond, if the runtime has one. */
const soon: unknown = Reflect.get(globalThis, "setImmediate");
