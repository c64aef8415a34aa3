import { propertyOf } from "../option/invalid-option.ts";
import type { FleetStore } from "./fleet-store.ts";

/** Creates a unique name: the given name or the host name, and a part from the store or a random part. */
export function replicaNameOf(given: string | undefined, store: FleetStore): string {
  const name = given ?? hostName();
  if (store.nameOf) return store.nameOf(name);
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
