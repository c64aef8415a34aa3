import type { AttachableHealthPart } from "../health/health-part.ts";
import { checkFunction, fail, invalidOption, propertyOf } from "../option/invalid-option.ts";
import type { FleetStore } from "./fleet-store.ts";
import { toFleetOptions, type FleetOptions } from "./options.ts";
import { Replica } from "./replica.ts";

/** The replicas behind one balancer, for the option `fleet` of `createHealth()`. */
export type Fleet = AttachableHealthPart;

/** The replica of each fleet that is connected to a health. */
const REPLICAS = new WeakMap<object, Replica>();

/**
 * Coordinates the replicas behind one balancer. If the source stops, all replicas pass `refuseAfter` at about the same
 * time. With a fleet, such a replica needs a permission before it answers 503. The option `leave` (10 % by default)
 * says how many replicas may be out of the balancer. While so many are out, the fleet gives no permission. The others
 * keep serving their old data, and their readiness answers 200 with `health-state: STALE`. `loads` limits how many
 * replicas load at once.
 *
 * After the start of the health, each replica reports to the store every `beat` (5 s by default). A probe sends no call
 * to the store. While the store does not answer, a replica in the balancer stays there. A replica that is out comes
 * back when its permission ends.
 *
 * Creating it does nothing. Use it for one health only.
 *
 * @param store `redisFleet()`, `postgresFleet()` or `memoryFleet()`
 * @throws TypeError with code HS_INVALID_OPTION or HS_UNKNOWN_OPTION for a wrong store or option. `createHealth()`
 * throws with code HS_WRONG_MODE in request mode, or if the fleet belongs to another health.
 * @example
 * const health = createHealth({ fleet: fleet(redisFleet(redis), { group: "matcher", leave: "10%", loads: 2 }) });
 */
export function fleet(store: FleetStore, options: FleetOptions): Fleet {
  checkStore("the store of fleet()", store);
  const checked = toFleetOptions(options);
  const made: Fleet = {
    attach(host) {
      if (host.driver.kind === "request")
        fail("HS_WRONG_MODE", "fleet needs timers, and request mode has none. Remove fleet, or remove onRequest().");
      if (REPLICAS.has(made))
        fail("HS_WRONG_MODE", "the fleet belongs to another health. Call fleet() once for each health.");
      const replica = new Replica(store, checked, host);
      REPLICAS.set(made, replica);
      return replica;
    },
  };
  return made;
}

/**
 * Returns the replica of a fleet, or `undefined` before it is connected to a health.
 *
 * @internal
 */
export function replicaOf(given: object): Replica | undefined {
  return REPLICAS.get(given);
}

/** @throws TypeError unless the value has the methods of a store */
export function checkStore(option: string, store: unknown): asserts store is FleetStore {
  for (const verb of ["beat", "read", "write"])
    if (typeof propertyOf(store, verb) !== "function")
      invalidOption(option, store, "the result of redisFleet(), postgresFleet() or memoryFleet()");
  const nameOf = propertyOf(store, "nameOf");
  if (nameOf !== undefined) checkFunction(`nameOf of ${option}`, nameOf, "a function, or leave it out");
}
