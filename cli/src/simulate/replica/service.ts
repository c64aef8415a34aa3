import { byVersion, createHealth, type Clock, type Health, type LoadContext, type Loader } from "health-state";
import { fleet, rollout, type Fleet } from "health-state/fleet";
import type { AnnouncedRevision, Setup } from "../model/setup.ts";
import type { Simulation } from "../model/simulation.ts";
import { announcedAt, troubleOf } from "../world/source.ts";

/** One load that the process simulates. */
export interface LoadAsk {
  readonly signal: AbortSignal;
  /** Whether the process has no value yet. */
  readonly first: boolean;
  readonly kind: NonNullable<AnnouncedRevision["kind"]>;
}

/** A value. `validate` rejects a bad one. */
export interface Data {
  readonly isBad: boolean;
}

/** The settings of a service. */
export interface ServiceOptions {
  readonly simulation: Simulation;
  readonly replica: number;
  readonly clock: Clock;
  readonly load: (ask: LoadAsk) => Promise<Data>;
}

/** The real health of one process with one resource. It may belong to a fleet. */
export function createService(options: ServiceOptions): Health {
  const { setup } = options.simulation.resolved;
  const group = fleetOf(options);
  const health = createHealth({ clock: options.clock, fleet: group });
  if (!setup.revisions)
    health.resource("index", { ...setup.limits, load: (context) => options.load(askOf(context, "good")) });
  else
    health.resource("index", {
      ...setup.limits,
      load: loaderOf(options, setup.revisions, group),
      validate: ({ isBad }) => !isBad,
    });
  // Failed loads are expected. With a listener, the library does not print them.
  health.subscribe(() => {});
  return health;
}

function askOf({ signal, previous }: LoadContext, kind: LoadAsk["kind"]): LoadAsk {
  return { signal, first: previous === undefined, kind };
}

function fleetOf({ simulation, replica }: ServiceOptions): Fleet | undefined {
  const { leave, loads } = simulation.resolved.setup.fleet ?? {};
  return (
    simulation.fleetStore &&
    fleet(simulation.fleetStore, {
      group: "simulated",
      replica: `replica-${replica}`,
      ...(leave !== undefined && { leave }),
      ...(loads !== undefined && { loads }),
    })
  );
}

/** A loader that asks for the revision and loads a new one. It uses `rollout()` if the fleet does. */
function loaderOf(
  { simulation, replica, load }: ServiceOptions,
  revisions: NonNullable<Setup["revisions"]>,
  group: Fleet | undefined,
): Loader<Data> {
  const { queue, resolved } = simulation;
  const { fleet: asked, troubles } = resolved.setup;
  const source = byVersion({
    version: () => {
      const trouble = troubleOf(troubles ?? [], replica, queue.now / 1_000);
      if (trouble?.kind === "down") throw new Error("the source is down");
      return { revision: announcedAt(revisions, queue.now / 1_000).revision };
    },
    load: (revision, context) =>
      load(askOf(context, revisions.find((one) => one.revision === revision)?.kind ?? "good")),
    addressed: true,
  });
  if (!group || !asked?.rollout) return source;
  const { first, soakSeconds = 600 } = asked.rollout;
  return rollout(source, {
    fleet: group,
    soak: soakSeconds * 1_000,
    ...(first !== undefined && { first }),
  });
}
