import { refuse } from "../state/refusal.ts";
import type { Core } from "./core.ts";
import { disposeDue } from "./disposal.ts";
import type { Resource } from "./resource.ts";

/** A value on loan: while it lasts, the value is not disposed of, whatever becomes of the resource. */
export interface Lease<T> extends Disposable {
  /** The value on loan. */
  readonly value: T;
  /** Ends the lease; a second call does nothing. */
  release(): void;
}

/**
 * Borrows the value in use, for readers that need it longer than `disposeAfter`:
 * `using lease = borrow(index)`.
 *
 * @returns a lease, or `undefined` while there is no value
 * @throws TypeError unless the resource is what `health.resource()` gave
 */
export function borrow<T>(resource: Resource<T>): Lease<T> | undefined {
  const core = coreOf(resource);
  const { held } = core.facts;
  if (!held) return undefined;
  const { value } = held;
  const leases = (core.leases ??= new Map());
  leases.set(value, (leases.get(value) ?? 0) + 1);
  let ended = false;
  const release = (): void => {
    if (ended) return;
    ended = true;
    const left = (leases.get(value) ?? 1) - 1;
    if (left) {
      leases.set(value, left);
      return;
    }
    leases.delete(value);
    const now = core.host.now();
    disposeDue(core, now);
    core.host.update(core, now);
  };
  return { value, release, [Symbol.dispose]: release };
}

/** @throws TypeError unless the resource is what `health.resource()` gave */
export function coreOf<T>(resource: Resource<T>): Core<T> {
  // SAFETY: Core is the one class behind Resource, in every copy of the package, and keeps the T it was made with.
  const core = Object(resource) as Core<T>;
  return core.kind === "health-state.core" ? core : refuse("resource", resource, "what health.resource() returned");
}
