import { invalidOption, propertyOf } from "../option/invalid-option.ts";
import type { FleetStore } from "./fleet-store.ts";

/** What `nameOf()` of a store may return. A part of the store is added to a name of 100 characters. */
const NAME = /^[\x21-\x7e]{1,200}$/;

/**
 * Creates a unique name: the given name or the host name, and a part from the store or a random part.
 *
 * @throws TypeError if the store returns something else than a name
 */
export function replicaNameOf(given: string | undefined, store: FleetStore): string {
  const name = given ?? hostName();
  if (store.nameOf) {
    const named: unknown = store.nameOf(name);
    if (typeof named === "string" && NAME.test(named)) return named;
    invalidOption("the result of nameOf()", named, "a name of 1 to 200 printable ASCII characters without spaces");
  }
  const [random = ""] = crypto.randomUUID().split("-");
  return `${name}-${random}`;
}

/** Returns the host name on Node, Bun and Deno. Elsewhere, returns `replica`. */
function hostName(): string {
  const platform: unknown = Reflect.get(globalThis, "process");
  for (const ask of [() => askOs(platform), () => propertyOf(propertyOf(platform, "env"), "HOSTNAME")]) {
    const name = attempt(ask);
    if (typeof name === "string" && name !== "") return name.replace(/[^\x21-\x7e]/g, "-").slice(0, 100);
  }
  return "replica";
}

function askOs(platform: unknown): unknown {
  const builtin = propertyOf(platform, "getBuiltinModule");
  if (typeof builtin !== "function") return undefined;
  const hostname = propertyOf(builtin.call(platform, "node:os"), "hostname");
  return typeof hostname === "function" ? hostname() : undefined;
}

/** Deno needs a permission for the host name, which may be denied. */
function attempt(ask: () => unknown): unknown {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
