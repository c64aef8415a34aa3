import type { Core } from "./core.ts";

/** A value went out of use: it is disposed of after its last lease, and `disposeAfter` from now at the earliest. */
export function retire<T>(core: Core<T>, value: T, now: number): void {
  if (!core.options.dispose) return;
  (core.retired ??= new Map()).set(value, now + core.limits.disposeAfter);
  core.host.owe(1);
}

/** A value came into use, perhaps one that was on its way out. */
export function recall<T>(core: Core<T>, value: T): void {
  if (core.retired?.delete(value)) core.host.owe(-1);
}

/** Something that never became the value: rejected, late, or arrived after the close. */
export function discard<T>(core: Core<T>, candidate: T): void {
  const { active, facts, retired } = core;
  if (candidate === facts.held?.value || candidate === active?.candidate || retired?.has(candidate)) return;
  core.host.owe(1);
  void dispose(core, candidate);
}

/** Disposes of every retired value whose time has come: at once in a closed resource, which no new reader reaches. */
export function disposeDue<T>(core: Core<T>, now: number): void {
  for (const [value, at] of core.retired ?? [])
    if ((at <= now || core.closed) && !core.leases?.has(value)) {
      core.retired?.delete(value);
      void dispose(core, value);
    }
}

/** When the next disposal is due; a leased value waits for its lease, not for a time. */
export function disposalAt(core: Core<unknown>): number {
  // The first is the earliest, for all of them wait equally long.
  for (const [value, at] of core.retired ?? []) if (!core.leases?.has(value)) return at;
  return Infinity;
}

async function dispose<T>(core: Core<T>, value: T): Promise<void> {
  try {
    await core.options.dispose?.(value);
  } catch {
    // Its failure is its own (docs/rules.md, 7).
  }
  core.host.owe(-1);
}
