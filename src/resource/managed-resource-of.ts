import { invalidOption, propertyOf } from "../option/invalid-option.ts";
import { selfOf } from "./bind-methods.ts";
import type { ManagedResource } from "./managed-resource.ts";
import type { Resource } from "./resource.ts";

/** @throws TypeError if it is not a resource of `health.resource()` */
export function managedResourceOf<T>(resource: Resource<T>): ManagedResource<T> {
  // SAFETY: ManagedResource is the only class behind Resource, in every copy of the package, and keeps its T.
  return propertyOf(resource, "kind") === "health-state.resource"
    ? (selfOf(resource) as ManagedResource<T>)
    : invalidOption("resource", resource, "what health.resource() returned");
}
