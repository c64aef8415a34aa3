import type { Registry } from "../health/registry.ts";
import type { HealthEvent, ResourceEvent } from "../resource/event.ts";
import type { Limits } from "../resource/limits.ts";
import type { LoadOutcome } from "../state/transition.ts";

/** The event of a load that ended by itself. */
export interface EndedLoad extends ResourceEvent {
  readonly outcome: LoadOutcome;
  readonly durationMs: number;
  readonly attempt: number;
}

/** Whether an event ends a load. A run that `unload()` or `close()` gave up has no outcome. */
export function isEndedLoad(event: HealthEvent): event is EndedLoad {
  return "outcome" in event && event.outcome !== undefined;
}

/** Whether a load brought, or confirmed, a value. */
export function hasSucceeded({ outcome }: EndedLoad): boolean {
  return outcome === "loaded" || outcome === "unchanged";
}

/** A resource, as the registry has it. */
export type Registered = Registry["resources"][number];

/**
 * Returns a resource by its name; `undefined` if nobody has that name any more. It knows a name again without a walk
 * over all resources, and keeps none that is closed for long.
 */
export function createLookup(registry: Registry): (name: string) => Registered | undefined {
  const known = new Map<string, Registered>();
  return (name) => {
    const found = known.get(name);
    // A name that was freed may belong to another resource now.
    if (found && !found.isClosed) return found;
    known.delete(name);
    const all = registry.resources;
    // Many are new, or many are gone.
    if (all.length > 2 * known.size || known.size > 2 * all.length) {
      known.clear();
      for (const resource of all) known.set(resource.name, resource);
      return known.get(name);
    }
    const one = all.find((resource) => resource.name === name);
    if (one) known.set(name, one);
    return one;
  };
}

/** How many more names than twice those that were live are kept before the closed ones are looked for. */
const SPARE_NAMES = 100;

/**
 * Returns a function that forgets the names of closed resources in some maps. It walks only after the maps have doubled,
 * so a call after each event costs nearly nothing.
 */
export function createForgetting(registry: Registry, maps: readonly Map<string, unknown>[]): () => void {
  let most = SPARE_NAMES;
  return () => {
    if (maps.every(({ size }) => size <= most)) return;
    const live = new Set(registry.resources.map(({ name }) => name));
    for (const map of maps) for (const name of map.keys()) if (!live.has(name)) map.delete(name);
    most = 2 * live.size + SPARE_NAMES;
  };
}

/**
 * Whether a load that succeeded was slow: it took more than half of its `timeout`, or more than `refreshEvery`.
 * Such a load is about to fail, or the next one is late.
 */
export function isSlow(event: EndedLoad, limits: Limits | undefined): boolean {
  if (!limits || !hasSucceeded(event)) return false;
  return event.durationMs > Math.min(limits.timeout / 2, limits.refreshEvery);
}
