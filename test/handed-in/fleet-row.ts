import * as core from "../../src/index.ts";
import * as fleets from "../../src/fleet/index.ts";
import { DURATIONS, type Kind } from "./kind.ts";
import { CALLBACK, OPTIONS, options, row, type Row, type Scene } from "./row.ts";

/** What has every method, such as a store or a fleet of another copy. */
const PROXY: readonly Kind[] = ["a Proxy that has everything"];
/** A revision is any text that is not empty. */
const REVISIONS: readonly Kind[] = ["a text", "a text of 10,000 characters"];

const { pinRevision, retryRevision, unpinRevision } = fleets;
const store = (): fleets.FleetStore => fleets.memoryFleet();
const group = { group: "matcher" };
const order = { ...group, resource: "index", revision: "v1" };
const versioned = core.byVersion({ version: () => ({ revision: "v1" }), load: () => ({}) });

/** A promise that may never settle, because a Proxy that has everything is a promise too. */
const soon = async (asked: Promise<unknown>): Promise<void> => {
  try {
    await Promise.race([asked, new Promise((resolve) => setImmediate(resolve))]);
  } catch (error) {
    // What such a store answers is no reading, which is told, and no fault of the argument.
    if (!(error instanceof core.SourceError)) throw error;
  }
};

/** The loader of a rollout in a health of its own. */
function rollingOut({ clock }: Scene): fleets.RolloutLoader<object> {
  const fleet = fleets.fleet(store(), group);
  const load = fleets.rollout(versioned, { fleet });
  core.createHealth({ clock, fleet }).resource("index", { load });
  return load;
}

/** A row for each slot of `health-state/fleet`. */
export const FLEET_ROWS: readonly Row[] = [
  row("fleet.fleet", "store", PROXY, (_, given) => fleets.fleet(given, group)),
  row("fleet.fleet", "options", [], (_, given) => fleets.fleet(store(), given)),
  ...options(
    "fleet.fleet",
    { group: [], leave: ["the number 7"], loads: ["the number 7"], beat: [], ttl: [], replica: [], within: DURATIONS },
    (_, given: object) => fleets.fleet(store(), { ...group, ...given }),
  ),
  row("fleet.memoryFleet", "options", OPTIONS, (_, given) => fleets.memoryFleet(given)),
  row("fleet.memoryFleet", "clock", ["undefined", ...PROXY], (_, clock) => fleets.memoryFleet({ clock })),
  row("fleet.rollout", "loader", PROXY, (_, given) => fleets.rollout(given, { fleet: fleets.fleet(store(), group) })),
  row("fleet.rollout", "options", [], (_, given) => fleets.rollout(versioned, given)),
  ...options(
    "fleet.rollout",
    { fleet: PROXY, first: ["the number 7"], soak: DURATIONS, then: [], ok: CALLBACK },
    (_, given: object) => fleets.rollout(versioned, { fleet: fleets.fleet(store(), group), ...given }),
  ),
  row("fleet.rollout", "revision of pin()", REVISIONS, (scene, given) => rollingOut(scene).pin(given)),
  row("fleet.fleetStatus", "store", PROXY, (_, given) => soon(fleets.fleetStatus(given, "matcher"))),
  row("fleet.fleetStatus", "group", [], (_, given) => fleets.fleetStatus(store(), given)),
  ...Object.entries({ pinRevision, retryRevision, unpinRevision }).flatMap(([name, given]) => {
    const { revision: _, ...unpin } = order;
    const whole = name === "unpinRevision" ? unpin : order;
    // SAFETY: each is called with what it takes, but for what the row hands in.
    const call = given as (store: unknown, order: unknown) => Promise<unknown>;
    return [
      row(`fleet.${name}`, "store", PROXY, (_scene, given) => soon(call(given, whole))),
      row(`fleet.${name}`, "order", [], (_scene, given) => call(store(), given)),
      ...options(
        `fleet.${name}`,
        { group: [], resource: [], ...(name !== "unpinRevision" && { revision: REVISIONS }) },
        (_scene, given: object) => call(store(), { ...whole, ...given }),
      ),
    ];
  }),
];

/** Arguments in the wrong order, and names that are none. */
export const FLEET_SWAPPED: readonly (readonly [string, (scene: Scene) => unknown])[] = [
  ["fleet(options, store)", () => fleets.fleet(group as never, store() as never)],
  [
    "rollout(options, loader)",
    () => fleets.rollout({ fleet: fleets.fleet(store(), group) } as never, versioned as never),
  ],
  ["createHealth({ fleet: store })", () => core.createHealth({ fleet: store() as never })],
  ["fleetStatus(group, store)", () => fleets.fleetStatus("matcher" as never, store() as never)],
  ["pinRevision(order, store)", () => fleets.pinRevision(order as never, store() as never)],
  ["pinRevision() with an unknown name", () => fleets.pinRevision(store(), { ...order, rev: "v1" } as never)],
  ["unpinRevision() with a revision", () => fleets.unpinRevision(store(), order)],
];
