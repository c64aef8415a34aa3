import { heartbeat, type HealthOptions, type Probe } from "../../src/index.ts";
import { CELLS, stage, type Cell, type Line, type Stage } from "./cells.ts";

/** What stands beside the data: it changes one probe and leaves the others as they are. */
export type Beside = "nothing" | "draining" | "wedged" | "draining and wedged";

interface Change {
  readonly drains: boolean;
  readonly wedges: boolean;
  readonly expect: (cell: Cell) => Readonly<Record<Probe, Line>>;
}

const WEDGED: Line = [503, "WEDGED", undefined, "5"];

/** A wedge is liveness alone; a drain is readiness, and the plan that a refusing startup names. */
export const BESIDE: Readonly<Record<Beside, Change>> = {
  nothing: { drains: false, wedges: false, expect: ({ plain }) => plain },
  wedged: { drains: false, wedges: true, expect: ({ plain }) => ({ ...plain, liveness: WEDGED }) },
  draining: {
    drains: true,
    wedges: false,
    expect: ({ plain, draining }) => ({ ...plain, readiness: draining, startup: unplanned(plain.startup) }),
  },
  "draining and wedged": {
    drains: true,
    wedges: true,
    expect: ({ plain, draining }) => ({ readiness: draining, liveness: WEDGED, startup: unplanned(plain.startup) }),
  },
};

function unplanned([status, word, state, retryAfter]: Line): Line {
  return [status, word, state, retryAfter && "5"];
}

/** Every cell beside everything: what there is to ask, and what is answered. */
export interface Scene {
  readonly name: string;
  readonly enter: (health?: HealthOptions) => Promise<Stage>;
  readonly expected: Readonly<Record<Probe, Line>>;
}

export const SCENES: readonly Scene[] = Object.entries(CELLS).flatMap(([state, cells]) =>
  cells.flatMap((cell) =>
    Object.entries(BESIDE).map(([beside, { drains, wedges, expect }]): Scene => ({
      name: `${state} ${cell.name}, ${beside} beside`,
      expected: expect(cell),
      enter: async (options) => {
        const entered = stage(cell.options, options);
        // Beat first, so that the beat is overdue while the data is as young as the cell wants it.
        if (wedges) heartbeat(entered.health, "consumer", { within: 1 })();
        await entered.clock.advance(2);
        await cell.arrange(entered);
        if (drains) entered.health.drain();
        return entered;
      },
    })),
  ),
);
