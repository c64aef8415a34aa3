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

/** Returns a resource by its name; `undefined` if nobody has that name any more. */
export function createLookup(registry: Registry): (name: string) => Registered | undefined {
  const known = new Map<string, Registered>();
  return (name) => {
    const found = known.get(name);
    // A name that was freed may belong to another resource now.
    if (found && !found.isClosed) return found;
    known.clear();
    for (const resource of registry.resources) known.set(resource.name, resource);
    return known.get(name);
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
