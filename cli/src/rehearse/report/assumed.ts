import type { Rehearsal } from "../play/rehearse.ts";
import { spanText } from "../play/trouble.ts";

/** The assumptions of a rehearsal. */
type Assuming = Pick<Rehearsal, "workload" | "spec" | "facts">;

/** Returns the assumptions. Each is a sentence with the name of the option. */
export function assumptionsOf({ workload, spec, facts }: Assuming): readonly string[] {
  const kept = Math.round(100 * facts.keptShare);
  const isKubernetes = spec.router === "kubernetes";
  return [
    `a load takes ${spanText(facts.loadSeconds)}, give or take a tenth (--load-time), and comes every ${spanText(facts.refreshSeconds)} (--refresh-every)`,
    `the service ${spec.drainSeconds === 0 ? "ends at once" : `serves on for ${spanText(spec.drainSeconds)}`} after SIGTERM (--drain)`,
    spec.refuseAfterSeconds === null
      ? `data is old after ${spanText(facts.staleSeconds)}, and is served however old it is (--refuse-after)`
      : `data older than ${spanText(spec.refuseAfterSeconds)} fails readiness (--refuse-after)`,
    `${facts.requestsPerSecond} requests a second (--requests), spread evenly, none tried again, ${kept} % on connections that clients keep (--kept)`,
    `an outage lasts ${spanText(facts.outageSeconds)} (--outage), a stall ${spanText(facts.stallSeconds)} (--stall), a slow load ${facts.slowFactor} times as long (--slow)`,
    ...(isKubernetes
      ? [
          `there are ${facts.nodes} nodes (--nodes), each routes by a change of readiness after 2 s, and no PodDisruptionBudget holds up a drain`,
          "the kubelet asks readiness at once when a container has started, as newer ones do",
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
