import type { Health } from "../handler/health.ts";
import type { Registry } from "../health/registry.ts";
import { ignoreRejection } from "../option/call-safely.ts";
import { invalidOption, propertyOf } from "../option/invalid-option.ts";
import { leasesOf } from "../resource/lease.ts";
import { STATES } from "../state/state.ts";
import type { GaugeName } from "./metric.ts";

/** Returns the size of a value: entries, bytes, or another count that you know the meaning of. */
export type SizeFunction = (value: never) => number;

/** A size function for each resource that has one, by the resource's name. */
export type SizeFunctions = Readonly<Record<string, SizeFunction>>;

/**
 * One figure, with what tells it from others of the same metric.
 *
 * @internal
 */
export interface Sample {
  readonly gauge: GaugeName;
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** @throws TypeError unless it is an object of functions */
export function checkSizes(sizes: unknown): SizeFunctions {
  if (sizes === undefined) return {};
  const wrong = (): never => invalidOption("size", sizes, "an object with a function for each resource's name");
  if (typeof sizes !== "object" || sizes === null) return wrong();
  const copy: Record<string, SizeFunction> = {};
  for (const name of namesIn(sizes)) {
    const size = propertyOf(sizes, name);
    if (typeof size !== "function") return wrong();
    // SAFETY: any function can be called with one value. Whether it knows the value is checked at the call.
    copy[name] = size as SizeFunction;
  }
  return copy;
}

/** A Proxy may throw what it likes. Then a name stands for it that has no function. */
function namesIn(sizes: object): readonly string[] {
  try {
    return Array.isArray(sizes) ? [""] : Object.keys(sizes);
  } catch {
    return [""];
  }
}

/**
 * Every gauge of a health. It starts no load, sends no event, and calls only the size functions.
 *
 * @internal
 */
export function readGauges(health: Health, registry: Registry, sizes: SizeFunctions): readonly Sample[] {
  const samples: Sample[] = [];
  const add = (gauge: GaugeName, value: number, labels: Sample["labels"]): void =>
    void samples.push({ gauge, value, labels });
  const { probes, draining, resources, heartbeats, fleet } = health.snapshot();
  const byName = new Map(registry.resources.map((resource) => [resource.name, resource]));
  for (const record of resources) {
    const { name, age } = record;
    const labels = { resource: name };
    for (const state of STATES) add("state", record.state === state ? 1 : 0, { resource: name, state });
    if (age !== undefined) add("age", age / 1_000, labels);
    add("generation", record.generation, labels);
    add("failures", record.attempt - 1, labels);
    add("rejected", record.rejected === undefined ? 0 : 1, labels);
    add("abandoned", record.abandoned, labels);
    const resource = byName.get(name);
    if (!resource) continue;
    const { staleAfter, refuseAfter } = resource.limits;
    if (staleAfter !== Infinity) add("staleAfter", staleAfter / 1_000, labels);
    // Readiness never refuses for a resource that it does not wait for.
    if (refuseAfter !== Infinity && record.required) add("refuseAfter", refuseAfter / 1_000, labels);
    add("leases", leasesOf(resource), labels);
    const size = sizeOf(sizes[name], resource.peek());
    if (size !== undefined) add("size", size, labels);
  }
  for (const { name, overdue } of heartbeats) add("overdue", overdue ? 1 : 0, { heartbeat: name });
  add("ready", probes.readiness.ok ? 1 : 0, {});
  add("alive", probes.liveness.ok ? 1 : 0, {});
  add("started", probes.startup.ok ? 1 : 0, {});
  add("draining", draining ? 1 : 0, {});
  if (!fleet) return samples;
  add("fleetHeldIn", fleet.heldIn ? 1 : 0, {});
  add("fleetOut", fleet.out ? 1 : 0, {});
  add("fleetStore", fleet.store === "ok" ? 1 : 0, {});
  return samples;
}

/** A size function that throws, rejects or gives no number costs its own metric and no other. */
function sizeOf(size: SizeFunction | undefined, value: unknown): number | undefined {
  if (!size || value === undefined) return undefined;
  try {
    // SAFETY: the user wrote the function for the values of the resource under whose name it stands.
    const given: unknown = size(value as never);
    ignoreRejection(given);
    return typeof given === "number" && Number.isFinite(given) ? given : undefined;
  } catch {
    return undefined;
  }
}
