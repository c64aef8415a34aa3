import {
  createHealth,
  type Health,
  type HealthOptions,
  type Probe,
  type Resource,
  type State,
} from "../../src/index.ts";
import {
  createScriptedLoader,
  createVirtualClock,
  type ScriptedLoader,
  type VirtualClock,
} from "../../src/testing/index.ts";

/** What a probe says: status, word, `health-state`, `retry-after`. */
export type Line = readonly [status: 200 | 503, word: string, state: State | undefined, retryAfter: string | undefined];

/** A service with one index, and everything a test needs to move it. */
export interface Stage {
  readonly clock: VirtualClock;
  readonly health: Health;
  readonly index: Resource<object>;
  readonly loader: ScriptedLoader<object>;
}

/** A cell of the wire table: how to get there, and what the three probes say there. */
export interface Cell {
  readonly name: string;
  readonly options?: { readonly refuseAfter?: number | string };
  readonly arrange: (stage: Stage) => Promise<void>;
  readonly plain: Readonly<Record<Probe, Line>>;
  /** What readiness says while the process drains; not loaded outranks it. */
  readonly draining: Line;
}

const ALIVE: Line = [200, "I-AM-ALIVE", undefined, undefined];

/** Puts a service on the stage; nothing has started. */
export function stage(options: Cell["options"] = {}, health: HealthOptions = {}): Stage {
  const clock = createVirtualClock();
  const loader = createScriptedLoader<object>();
  const made = createHealth({ clock, ...health });
  const index = made.resource("index", { load: loader.load, refreshEvery: "30s", staleAfter: "65s", ...options });
  return { clock, health: made, index, loader };
}

/** The first load has come. */
export async function ready({ clock, health, loader }: Stage): Promise<void> {
  health.start();
  await clock.settle();
  loader.last.succeed({});
  await clock.settle();
}

async function failing(stage: Stage, times: number): Promise<void> {
  stage.health.start();
  for (let n = 1; n <= times; n++) {
    if (n > 1) await stage.clock.advance(30_000);
    await stage.clock.settle();
    stage.loader.last.fail();
    await stage.clock.settle();
  }
}

/** Ready, then `ms` pass while the refresh that came due hangs. */
async function aged(stage: Stage, ms: number): Promise<void> {
  await ready(stage);
  await stage.clock.advance(ms);
}

/** Every state, and every way of being in it that the wire tells apart. A new state has no answer here. */
export const CELLS: Readonly<Record<State, readonly Cell[]>> = {
  NOT_LOADED: [
    {
      name: "before anybody started it",
      arrange: async () => {},
      plain: {
        readiness: [503, "INDEX-NOT-LOADED", "NOT_LOADED", "1"],
        liveness: ALIVE,
        startup: [503, "INDEX-NOT-LOADED", "NOT_LOADED", "1"],
      },
      draining: [503, "INDEX-NOT-LOADED", "NOT_LOADED", "5"],
    },
    {
      name: "after the first load failed",
      arrange: (stage) => failing(stage, 1),
      plain: {
        // The virtual clock's chance is one half: 550 ms from now.
        readiness: [503, "INDEX-NOT-LOADED", "NOT_LOADED", "1"],
        liveness: ALIVE,
        startup: [503, "INDEX-NOT-LOADED", "NOT_LOADED", "1"],
      },
      draining: [503, "INDEX-NOT-LOADED", "NOT_LOADED", "5"],
    },
    {
      name: "after six failures in a row",
      arrange: (stage) => failing(stage, 6),
      plain: {
        // Half way between 100 ms and 30 s, rounded up.
        readiness: [503, "INDEX-NOT-LOADED", "NOT_LOADED", "16"],
        liveness: ALIVE,
        startup: [503, "INDEX-NOT-LOADED", "NOT_LOADED", "16"],
      },
      draining: [503, "INDEX-NOT-LOADED", "NOT_LOADED", "5"],
    },
  ],
  LOADING: [
    {
      name: "while the first load runs",
      arrange: async ({ health }) => health.start(),
      plain: {
        // Nothing is planned while a load runs: the small documented number.
        readiness: [503, "INDEX-NOT-LOADED", "LOADING", "5"],
        liveness: ALIVE,
        startup: [503, "INDEX-NOT-LOADED", "LOADING", "5"],
      },
      draining: [503, "INDEX-NOT-LOADED", "LOADING", "5"],
    },
  ],
  READY: [
    {
      name: "fresh",
      arrange: ready,
      plain: {
        readiness: [200, "I-AM-ALIVE", "READY", undefined],
        liveness: ALIVE,
        startup: [200, "I-AM-ALIVE", "READY", undefined],
      },
      draining: [503, "INDEX-DRAINING", "READY", "5"],
    },
    {
      name: "refreshing",
      arrange: (stage) => aged(stage, 30_000),
      plain: {
        readiness: [200, "I-AM-ALIVE", "READY", undefined],
        liveness: ALIVE,
        startup: [200, "I-AM-ALIVE", "READY", undefined],
      },
      draining: [503, "INDEX-DRAINING", "READY", "5"],
    },
    {
      name: "at the very age of staleAfter",
      arrange: (stage) => aged(stage, 65_000),
      plain: {
        readiness: [200, "I-AM-ALIVE", "READY", undefined],
        liveness: ALIVE,
        startup: [200, "I-AM-ALIVE", "READY", undefined],
      },
      draining: [503, "INDEX-DRAINING", "READY", "5"],
    },
    {
      name: "after a failed refresh",
      arrange: async (stage) => {
        await aged(stage, 30_000);
        await stage.clock.settle();
        stage.loader.last.fail();
        await stage.clock.settle();
      },
      plain: {
        readiness: [200, "I-AM-ALIVE", "READY", undefined],
        liveness: ALIVE,
        startup: [200, "I-AM-ALIVE", "READY", undefined],
      },
      draining: [503, "INDEX-DRAINING", "READY", "5"],
    },
  ],
  STALE: [
    {
      name: "older than staleAfter, served up to refuseAfter",
      options: { refuseAfter: "10m" },
      arrange: (stage) => aged(stage, 65_001),
      plain: {
        readiness: [200, "I-AM-ALIVE", "STALE", undefined],
        liveness: ALIVE,
        startup: [200, "I-AM-ALIVE", "STALE", undefined],
      },
      draining: [503, "INDEX-DRAINING", "STALE", "5"],
    },
    {
      name: "at the very age of refuseAfter",
      options: { refuseAfter: 70_000 },
      arrange: (stage) => aged(stage, 70_000),
      plain: {
        readiness: [200, "I-AM-ALIVE", "STALE", undefined],
        liveness: ALIVE,
        startup: [200, "I-AM-ALIVE", "STALE", undefined],
      },
      draining: [503, "INDEX-DRAINING", "STALE", "5"],
    },
    {
      name: "a day old, where refuseAfter is never",
      options: { refuseAfter: "never" },
      arrange: (stage) => aged(stage, 86_400_000),
      plain: {
        readiness: [200, "I-AM-ALIVE", "STALE", undefined],
        liveness: ALIVE,
        startup: [200, "I-AM-ALIVE", "STALE", undefined],
      },
      draining: [503, "INDEX-DRAINING", "STALE", "5"],
    },
    {
      name: "invalidated while young: no outage",
      arrange: async (stage) => {
        await ready(stage);
        stage.index.invalidate();
      },
      plain: {
        readiness: [200, "I-AM-ALIVE", "STALE", undefined],
        liveness: ALIVE,
        startup: [200, "I-AM-ALIVE", "STALE", undefined],
      },
      draining: [503, "INDEX-DRAINING", "STALE", "5"],
    },
    {
      name: "refused while a refresh runs",
      arrange: (stage) => aged(stage, 65_001),
      plain: {
        readiness: [503, "INDEX-STALE", "STALE", "5"],
        liveness: ALIVE,
        startup: [200, "I-AM-ALIVE", "STALE", undefined],
      },
      draining: [503, "INDEX-DRAINING", "STALE", "5"],
    },
    {
      name: "refused while a back-off runs",
      arrange: async (stage) => {
        await aged(stage, 65_001);
        await stage.clock.settle();
        stage.loader.last.fail();
        await stage.clock.settle();
      },
      plain: {
        readiness: [503, "INDEX-STALE", "STALE", "1"],
        liveness: ALIVE,
        startup: [200, "I-AM-ALIVE", "STALE", undefined],
      },
      draining: [503, "INDEX-DRAINING", "STALE", "5"],
    },
  ],
};
