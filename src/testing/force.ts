import { coreOf } from "../resource/lease.ts";
import type { Resource } from "../resource/resource.ts";
import { refuse } from "../state/refusal.ts";
import { STATES, type State } from "../state/state.ts";

/**
 * Puts a resource into a state, for tests of what a service does there: no loader runs, and the
 * schedule leaves it there until time or a call changes it. STALE is older than `refuseAfter`, unless
 * that is `"never"`.
 *
 * @param value what it holds in READY and STALE; without it, what it held before
 * @throws TypeError for what is no resource or state, or READY and STALE without any value
 */
export function force<T>(resource: Resource<T>, state: State, value?: T): void {
  const core = coreOf(resource);
  if (!STATES.includes(state)) refuse("state", state, `one of ${STATES.join(", ")}`);
  const held = value ?? core.peek();
  const { host, limits } = core;
  host.begin();
  core.unload();
  const at = host.now();
  if (state !== "NOT_LOADED") {
    core.active = { controller: undefined, forced: false, deadline: Infinity };
    core.facts = { ...core.facts, run: { startedAt: at, invalidated: false } };
    if (state !== "LOADING") {
      if (held === undefined) refuse("value", held, `given, for ${state} holds one`);
      const limit = [limits.refuseAfter, limits.staleAfter, 0].find(Number.isFinite) ?? 0;
      core.end({
        type: "loaded",
        at,
        value: held,
        revision: undefined,
        asOf: state === "STALE" ? at - limit - 1 : undefined,
      });
      if (state === "STALE" && core.facts.held)
        core.facts = { ...core.facts, held: { ...core.facts.held, invalidated: limits.staleAfter === Infinity } };
    }
  }
  core.plan(Infinity);
  core.tick(at);
}
