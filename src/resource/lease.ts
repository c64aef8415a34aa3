import type { UsingDisposable } from "../option/disposable.ts";
import { managedResourceOf } from "./managed-resource-of.ts";
import type { Resource } from "./resource.ts";

/** The right to use a value. Until it ends, `dispose` is not called on the value, even if the resource is closed. */
export interface Lease<T> extends UsingDisposable {
  /** The value. */
  readonly value: T;
  /** Ends the lease. A second call does nothing. */
  release(): void;
}

/** How many leases there are, by resource. It is in this file, so that a service without leases does not bundle it. */
const counts: WeakMap<object, number> = /* @__PURE__ */ new WeakMap();

/** How many leases there are on values of a resource. */
export function leasesOf(resource: object): number {
  return counts.get(resource) ?? 0;
}

/**
 * Takes a lease on the current value, for readers that need it longer than `disposeAfter`: `using lease =
 * borrow(index)`.
 *
 * @returns a lease, or `undefined` while there is no value
 * @throws TypeError if it is not a resource of `health.resource()`
 * @example
 * const lease = borrow(index);
 * try {
 *   await search(lease?.value);
 * } finally {
 *   lease?.release();
 * }
 */
export function borrow<T>(resource: Resource<T>): Lease<T> | undefined {
  const managed = managedResourceOf(resource);
  const { held } = managed.facts;
  if (!held) return undefined;
  const { value } = held;
  const release = managed.holdValue(value, "lease");
  counts.set(managed, leasesOf(managed) + 1);
  let isOver = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    counts.set(managed, leasesOf(managed) - 1);
    release();
    managed.disposeDue();
  };
  return { value, release: end, [Symbol.dispose]: end };
}
