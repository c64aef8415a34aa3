import type { Part, PartHost } from "./part.ts";

/**
 * Adds a part to a resource. Each part brings this code, so that a service without parts does not bundle it.
 *
 * @param place whether the part is asked before the parts that the resource has, or after them
 */
export function addPart<T>(resource: PartHost<T>, part: Part<T>, place: "first" | "last"): void {
  const { part: other } = resource;
  if (!other) resource.attach(part);
  else resource.attach(place === "first" ? joined(part, other) : joined(other, part));
}

/** Two parts as one. */
function joined<T>(first: Part<T>, second: Part<T>): Part<T> {
  return {
    get heldUntil() {
      return first.heldUntil ?? second.heldUntil;
    },
    beforeLoad: () => first.beforeLoad() || second.beforeLoad(),
    afterChange(action, before) {
      first.afterChange?.(action, before);
      second.afterChange?.(action, before);
    },
    judge(how) {
      first.judge?.(how);
      second.judge?.(how);
    },
    end() {
      first.end?.();
      second.end?.();
    },
    flush: () => Promise.allSettled([first.flush?.(), second.flush?.()]),
    load: first.load ?? second.load,
  };
}
