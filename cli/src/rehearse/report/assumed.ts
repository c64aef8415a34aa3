import type { Rehearsal } from "../play/rehearse.ts";
import { spanText } from "../play/trouble.ts";

/** The assumptions of a rehearsal. */
type Assuming = Pick<Rehearsal, "workload" | "spec" | "facts">;

/** Returns the assumptions. Each is a sentence with the name of the option. */
export function assumptionsOf({ workload, spec, facts }: Assuming): readonly string[] {
  const kept = Math.round(100 * facts.keptShare);
  const isKubernetes = spec.router === "kubernetes";
  return [
    `a load takes ${spanText(facts.loadSeconds)}, plus or minus 10 % (--load-time), and starts every ${spanText(facts.refreshSeconds)} (--refresh-every)`,
    `the service ${spec.drainSeconds === 0 ? "ends at once" : `keeps serving for ${spanText(spec.drainSeconds)}`} after SIGTERM (--drain)`,
    spec.refuseAfterSeconds === null
      ? `data is stale after ${spanText(facts.staleSeconds)}, and is served at any age (--refuse-after)`
      : `data older than ${spanText(spec.refuseAfterSeconds)} fails readiness (--refuse-after)`,
    `${facts.requestsPerSecond} requests a second (--requests), spread evenly, without retries; ${kept} % of them use connections that clients keep open (--kept)`,
    `an outage lasts ${spanText(facts.outageSeconds)} (--outage), the event loop is blocked for ${spanText(facts.stallSeconds)} (--stall), a slow load takes ${facts.slowFactor} times as long (--slow)`,
    ...(isKubernetes
      ? [
          `there are ${facts.nodes} nodes (--nodes), each node knows a change of readiness after 2 s, and no PodDisruptionBudget delays a drain`,
          "the kubelet sends the first readiness probe as soon as the startup probe has passed, as newer kubelets do",
        ]
      : []),
    ...workload.assumed,
  ];
}

/** Returns the assumptions that all rehearsals share. Empty if there is only one rehearsal. */
export function sharedOf(rehearsals: readonly Assuming[]): readonly string[] {
  const [first, ...others] = rehearsals.map(assumptionsOf);
  if (!first || others.length === 0) return [];
  return first.filter((each) => others.every((assumed) => assumed.includes(each)));
}
