import { propertyOf } from "../option/invalid-option.ts";

// A registered symbol: copies of the package in one process know each other's resources.
const SELF: unique symbol = /* @__PURE__ */ Symbol.for("health-state.self");

/** Remembers the object itself, because a Proxy around it has none of its private fields. */
export function keepSelf(made: object): void {
  // Configurable, because otherwise a Proxy could not return another value.
  Object.defineProperty(made, SELF, { value: made, configurable: true });
}

/** The object behind a Proxy, or behind an object that `Object.create()` derived from it. */
export function selfOf(given: object): object {
  const self = propertyOf(given, SELF);
  return typeof self === "object" && self !== null ? self : given;
}

/**
 * Makes methods of a class work without `this` (`bus.on("x", index.invalidate)`), and on a Proxy. A method is bound at
 * its first read, because binding all methods would double the memory of a resource.
 */
export function bindMethods(prototype: object, names: readonly [string, ...string[]]): void {
  // A second call does nothing.
  if (Object.getOwnPropertyDescriptor(prototype, names[0])?.get) return;
  for (const name of names) {
    const method: unknown = Reflect.get(prototype, name);
    if (typeof method !== "function") continue;
    Object.defineProperty(prototype, name, {
      configurable: true,
      get(this: object) {
        const self = selfOf(this);
        const bound: unknown = method.bind(self);
        // A frozen object cannot store the method, so it is bound each time.
        Reflect.defineProperty(self, name, { value: bound, configurable: true });
        return bound;
      },
    });
  }
}
