import { checkOptions } from "../option/check-options.ts";
import { invalidOption, propertyOf } from "../option/invalid-option.ts";
import { systemClock, type Clock } from "../time/clock.ts";
import type { FleetStore } from "./fleet-store.ts";
import { Group } from "./group.ts";

/** The options of `memoryFleet()`. */
export interface MemoryFleetOptions {
  /**
   * The clock of the store. It uses monotonic time.
   * @default the clock of the platform
   */
  readonly clock?: Clock | undefined;
}

/**
 * Creates a fleet store in memory, for tests and for several healths in one process. It holds any number of groups. It
 * numbers its replicas instead of adding a random part to their names, so that a test is the same each time.
 *
 * @throws TypeError for a wrong option
 * @example
 * const clock = createVirtualClock();
 * const store = memoryFleet({ clock });
 * const health = createHealth({ clock, fleet: fleet(store, { group: "matcher" }) });
 */
export function memoryFleet(options: MemoryFleetOptions = {}): FleetStore {
  const { clock = systemClock } = checkOptions("memoryFleet()", options, ["clock"], []);
  if (typeof propertyOf(clock, "monotonic") !== "function") invalidOption("clock", clock, "a clock with monotonic()");
  const groups = new Map<string, Group>();
  const groupOf = (name: string): Group => {
    const group = groups.get(name) ?? new Group();
    groups.set(name, group);
    return group;
  };
  let replicas = 0;
  return {
    beat: (group, beat) =>
      new Promise((resolve) => {
        resolve(groupOf(group).beat(beat, clock.monotonic()));
      }),
    read: (group) => Promise.resolve(groupOf(group).read(clock.monotonic())),
    write: (group, note) => Promise.resolve(groupOf(group).write(note)),
    nameOf: (replica) => `${replica}-${(++replicas).toString(16).padStart(8, "0")}`,
  };
}
