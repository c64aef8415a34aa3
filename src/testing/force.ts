import { managedResourceOf } from "../resource/managed-resource-of.ts";
import type { Resource } from "../resource/resource.ts";
import { invalidOption } from "../option/invalid-option.ts";
import { STATES, type State } from "../state/state.ts";
import type { ResourceAction } from "../state/transition.ts";

/**
 * Sets the state of a resource, for tests. It does not call the loader of this resource, and starts no refresh of it.
 * But it starts the health, so the other resources load. Later, the state changes only as the value ages, or by a call
 * such as `reload()` or another `force()`. For STALE, the value is older than `refuseAfter`, so readiness answers 503 if
 * the resource is required. If `refuseAfter` is `"never"`, the value is only stale.
 *
 * @param value the value in READY and STALE. @default the current value
 * @throws TypeError if an argument is wrong, or for READY and STALE without a value
 * @example
 * force(rates, "STALE", new Map());
 * expect((await app.request("/status")).status).toBe(503);
 */
export function force<T>(resource: Resource<T>, state: State, value?: T): void {
  const managed = managedResourceOf(resource);
  if (!STATES.includes(state)) invalidOption("state", state, `one of ${STATES.join(", ")}`);
  if (value !== undefined && !isData(value)) invalidOption("value", value, "data: no null, and no promise");
  const held = value === undefined ? managed.peek() : value;
  if ((state === "READY" || state === "STALE") && held === undefined)
    invalidOption("value", held, `a value, because ${state} holds one`);
  managed.host.begin();
  const at = managed.now();
  const actions: ResourceAction<T>[] = [];
  if (state !== "NOT_LOADED") actions.push({ type: "start", at });
  if (held !== undefined && (state === "READY" || state === "STALE")) {
    const { refuseAfter, staleAfter } = managed.limits;
    const limit = [refuseAfter, staleAfter, 0].find(Number.isFinite) ?? 0;
    const asOf = state === "STALE" ? at - limit - 1 : undefined;
    actions.push({ type: "loaded", at, value: held, revision: undefined, asOf });
    if (state === "STALE" && staleAfter === Infinity) actions.push({ type: "invalidate" });
  }
  managed.giveUp({ type: "unload" }, undefined);
  for (const action of actions) managed.commit(action);
  // For LOADING, a load that never ends takes the slot, so that no other load starts.
  if (managed.facts.run) managed.slot.take({ reload: undefined, attempt: 1, startedAt: at, timeoutAt: Infinity });
  managed.slot.nextAttemptAt = Infinity;
  managed.tick(managed.now());
}

/** A promise is no data. If reading the value throws, it may be a promise. */
function isData(value: unknown): boolean {
  try {
    return value !== null && typeof Reflect.get(Object(value), "then") !== "function";
  } catch {
    return false;
  }
}
