import { fleetStatus, type FleetStatus, type FleetStore } from "health-state/fleet";
import type { Balancer } from "./balancer/balancer.ts";
import type { Second, Traffic } from "./balancer/traffic.ts";
import type { ReplicaFacts } from "./replica/facts.ts";
import { GROUP } from "./replica/service.ts";
import type { ReplicaProcess } from "./replica/start-replica.ts";
import type { Quality } from "./source/prices.ts";
import type { Source } from "./source/source.ts";
import { isInAlone, standOf, type Stand } from "./standing.ts";
import type { StoreProcess } from "./store/start-store.ts";

/** Everything that the page shows. */
export interface View {
  readonly source: { readonly isUp: boolean; readonly announced: string; readonly quality: Quality | undefined };
  readonly store: { readonly name: string; readonly isUp: boolean; readonly group: GroupView | undefined };
  readonly balancer: { readonly name: string; readonly page: string | undefined };
  readonly traffic: { readonly total: Second; readonly seconds: readonly Second[] };
  readonly replicas: readonly ReplicaView[];
  /** How many replicas get requests, and how many would without a fleet. */
  readonly inNow: number;
  readonly inAlone: number;
  readonly lines: readonly Line[];
}

/** One replica. */
export interface ReplicaView extends Stand {
  readonly name: string;
  readonly isUp: boolean;
  /** Whether the balancer sends requests to it. */
  readonly isServed: boolean;
  readonly facts: ReplicaFacts | undefined;
}

/** What the store says of the group. */
export interface GroupView {
  readonly members: number;
  readonly out: number;
  readonly stable: string | undefined;
  readonly trial: { readonly revision: string; readonly holders: readonly string[] } | undefined;
  readonly refused: readonly { readonly revision: string; readonly by: string }[];
}

/** Something that happened. */
export interface Line {
  readonly at: number;
  readonly who: string;
  readonly what: string;
}

/** What is looked at. */
export interface Scene {
  readonly source: Source;
  readonly store: StoreProcess;
  readonly fleet: FleetStore;
  readonly balancer: Balancer;
  readonly traffic: Traffic;
  readonly replicas: readonly ReplicaProcess[];
  readonly lines: readonly Line[];
}

/** Looks at everybody: the replicas by their own ports, the store, and the balancer. */
export async function look(scene: Scene): Promise<View> {
  const { source, store, balancer, traffic, lines } = scene;
  const [served, status, facts] = await Promise.all([
    balancer.servers(),
    store.isUp ? fleetStatus(scene.fleet, GROUP).catch(() => undefined) : undefined,
    Promise.all(scene.replicas.map((replica) => replica.facts())),
  ]);
  const replicas = scene.replicas.map(({ name, isUp }, at): ReplicaView => {
    const said = facts[at];
    return { name, isUp, isServed: served.has(name), facts: said, ...standOf(isUp, said) };
  });
  return {
    source: { isUp: source.isUp, announced: source.announced, quality: source.qualityOf(source.announced) },
    store: { name: store.name, isUp: store.isUp, group: status && groupOf(status) },
    balancer: { name: balancer.name, page: balancer.page },
    traffic: { total: traffic.total, seconds: traffic.seconds },
    replicas,
    inNow: replicas.filter(({ isServed }) => isServed).length,
    inAlone: replicas.filter((replica) => isInAlone(replica.facts)).length,
    lines,
  };
}

function groupOf({ replicas, rollouts }: FleetStatus): GroupView {
  const plan = rollouts.find(({ resource }) => resource === "prices");
  const holdersOf = (revision: string): readonly string[] =>
    replicas.filter(({ resources }) => resources.some((one) => one.revision === revision)).map(nameOf);
  return {
    members: replicas.length,
    out: replicas.filter(({ out }) => out).length,
    stable: plan?.stable,
    trial: plan?.trial && { revision: plan.trial.revision, holders: holdersOf(plan.trial.revision) },
    refused: plan?.refused.map(({ revision, replica }) => ({ revision, by: nameOf({ replica }) })) ?? [],
  };
}

/** The name without the random part that the library adds. */
function nameOf({ replica }: { readonly replica: string }): string {
  return replica.replace(/-[^-]*$/, "");
}
