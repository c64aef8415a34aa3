import { contain } from "./event.ts";
import type { Core } from "./core.ts";

/**
 * A value went out of use: it is disposed of after its last lease, and `disposeAfter` from now at the
 * earliest (at once in a closed resource, which no new reader reaches).
 */
export function retire<T>(core: Core<T>, value: T, now: number): void {
  if (!core.options.dispose) return;
  (core.retired ??= new Map()).set(value, core.closed ? now : now + core.limits.disposeAfter);
  core.host.owe(1);
  if (core.closed) disposeDue(core, now);
}

/** A value came into use, perhaps one that was on its way out. */
export function recall<T>(core: Core<T>, value: T): void {
  if (core.retired?.delete(value)) core.host.owe(-1);
}

/** Something that never became the value: rejected, late, or arrived after the close (SPEC 7.17). */
export function discard<T>(core: Core<T>, candidate: T): void {
  if (!core.options.dispose || candidate === core.facts.held?.value || core.retired?.has(candidate)) return;
  core.host.owe(1);
  dispose(core, candidate);
}

/** Disposes of every retired value whose time has come. */
export function disposeDue<T>(core: Core<T>, now: number): void {
  if (!core.retired) return;
  for (const [value, at] of core.retired)
    if (at <= now && !core.leases?.has(value)) {
      core.retired.delete(value);
      dispose(core, value);
    }
}

/** When the next disposal is due; a leased value waits for its lease, not for a time. */
export function disposalAt(core: Core<unknown>): number {
  let first = Infinity;
  if (core.retired) for (const [value, at] of core.retired) if (!core.leases?.has(value)) first = Math.min(first, at);
  return first;
}

function dispose<T>(core: Core<T>, value: T): void {
  const paid = (): void => core.host.owe(-1);
  try {
    const result = core.options.dispose?.(value);
    contain(result);
    Promise.resolve(result).then(paid, paid);
  } catch {
    paid();
  }
}
