import { pinRevision, retryRevision, unpinRevision, type FleetStatus, type FleetStore } from "health-state/fleet";
import { UsageError } from "../io/io.ts";
import { toSafeText } from "../option/invalid-option.ts";

/** What a user tells a fleet about one resource. */
export interface Order {
  readonly group: string;
  readonly resource: string;
  readonly revision: string;
}

/** Does what was asked, and says what it did. */
export async function obey(verb: string, order: Order, store: FleetStore): Promise<string> {
  const { group, resource } = order;
  const revision = toSafeText(order.revision);
  if (verb === "pin") {
    await pinRevision(store, order);
    return `${group}: ${resource} is pinned to ${revision}. Each replica loads it with its next load`;
  }
  if (verb === "unpin") {
    await unpinRevision(store, { group, resource });
    return `${group}: ${resource} is no longer pinned`;
  }
  if (await retryRevision(store, order)) return `${group}: ${resource} may load ${revision} again`;
  throw new UsageError(`the fleet ${group} has not rejected ${JSON.stringify(order.revision)} for ${resource}`);
}

/** Says that an order reaches nobody, because one of its names may be wrong. `undefined` if it reaches a replica. */
export function warningOf({ replicas }: FleetStatus, { group, resource }: Order): string | undefined {
  if (replicas.length === 0) return `the store knows no replica of the group ${group}. Is the name right?`;
  const names = [...new Set(replicas.flatMap(({ resources }) => resources.map(({ name }) => name)))].sort();
  if (names.includes(resource)) return undefined;
  const known = names.length === 0 ? "They report none" : `They have ${names.map(toSafeText).join(", ")}`;
  return `no replica of the group ${group} has a resource ${resource}. ${known}`;
}
