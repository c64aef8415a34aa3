import { createChance } from "../model/chance.ts";
import { createDue } from "../model/queue.ts";
import { eventMs } from "../model/setup.ts";
import type { Simulation } from "../model/simulation.ts";
import { Pod } from "../replica/pod.ts";
import type { Router } from "../traffic/router.ts";

/** Keeps the wanted number of pods, and runs the rolling update. */
export function deploymentOf(
  simulation: Simulation,
  routers: readonly Router[],
  pods: Map<number, Pod>,
  seed: number,
): { go(): void } {
  const { queue, resolved } = simulation;
  const { setup } = resolved;
  const { replicas: wanted, deploy } = setup;
  // maxSurge rounds up and maxUnavailable down, 25 % each (Deployment, rollingUpdate).
  const most = wanted + (deploy?.maxSurge ?? Math.ceil(wanted / 4));
  const least = wanted - (deploy?.maxUnavailable ?? Math.floor(wanted / 4));
  let deploying = false;
  let asks = false;
  const create = (replica: number): void => {
    pods.set(
      replica,
      new Pod(simulation, routers, replica, seed, () => {
        asks = true;
      }),
    );
  };
  const chance = createChance(seed, -1);
  for (let replica = 0; replica < wanted; replica += 1) {
    const due = createDue(0, simulation.order(), () => create(replica));
    queue.put(due, Math.floor(chance() * resolved.spreadMs));
  }
  const go = (): void => {
    if (!deploying || !asks) return;
    asks = false;
    const kept = [...pods.values()].filter(({ deleted }) => !deleted);
    const old = kept.filter(({ replica }) => replica < wanted);
    let ready = kept.filter(({ isAvailable }) => isAvailable).length;
    // Pods that are not ready are removed first, as in a Deployment.
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
    const begin = createDue(0, simulation.order(), () => {
      deploying = true;
      asks = true;
      go();
    });
    queue.put(begin, eventMs(deploy.atSeconds, resolved));
  }
  const { nodeDrain } = setup;
  if (nodeDrain) {
    const drain = createDue(0, simulation.order(), () => {
      const evicted = nodeDrain.replicas
        .flatMap((replica) => pods.get(replica) ?? [])
        .filter(({ deleted }) => !deleted);
      // The controller notices the deletion and creates other pods at once.
      for (const pod of evicted) pod.delete(setup.router === "kubernetes" || nodeDrain.told === true);
      evicted.forEach(() => create(Math.max(pods.size, wanted)));
    });
    queue.put(drain, eventMs(nodeDrain.atSeconds, resolved));
  }
  return { go };
}
