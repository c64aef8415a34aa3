import { checkOptions } from "../option/check-options.ts";
import { invalidOption } from "../option/invalid-option.ts";
import { SourceError } from "../source/source-error.ts";
import type { FleetReading, FleetStore } from "./fleet-store.ts";
import { checkStore } from "./fleet.ts";
import { checkGroup } from "./options.ts";
import { checkedReading } from "./read-answer.ts";
import { nextSerial, noteIn, pinNote, planNote, toPin, toReport } from "./reading.ts";
import type { ReportedResource } from "./report.ts";
import { retriesOf, toPlan, type RefusedRevision, type RolloutPlan, type RolloutTrial } from "./rollout-plan.ts";
import type { State } from "../state/state.ts";

/** The state of a group. */
export interface FleetStatus {
  /** The name of the group. */
  readonly group: string;
  /** How long the store has known the group, in ms. `undefined` while it does not know the group. */
  readonly knownForMs: number | undefined;
  /** Every replica, by name. */
  readonly replicas: readonly ReplicaStatus[];
  /** Every resource that has a rollout or a pin. */
  readonly rollouts: readonly RolloutStatus[];
}

/** One replica of a group. */
export interface ReplicaStatus {
  /** The unique name of the replica. */
  readonly replica: string;
  /** The worst state of its required resources at its last beat. */
  readonly state: State;
  /** Whether the replica counts as out. */
  readonly out: boolean;
  /** Whether the replica has a leave: the permission to answer 503 because its data is older than `refuseAfter`. */
  readonly leave: boolean;
  /** Whether the fleet keeps the replica in the balancer, although its data is too old. */
  readonly heldIn: boolean;
  /** Whether the replica drains. */
  readonly draining: boolean;
  /** Whether one of its heartbeats is overdue. */
  readonly wedged: boolean;
  /** Its resources at its last beat. */
  readonly resources: readonly ReportedResource[];
}

/** The revisions of one resource. */
export interface RolloutStatus {
  /** The name of the resource. */
  readonly resource: string;
  /** The revision that every replica may load. */
  readonly stable: string | undefined;
  /** The revision that some replicas try. */
  readonly trial: RolloutTrial | undefined;
  /** The revisions that the whole fleet has rejected, the newest last. */
  readonly refused: readonly RefusedRevision[];
  /** The pinned revision. */
  readonly pin: string | undefined;
}

/** One revision of one resource of one group. */
export interface FleetOrder {
  /** The name of the group. */
  readonly group: string;
  /** The name of the resource. */
  readonly resource: string;
  /** The revision, as the loader names it. */
  readonly revision: string;
}

/**
 * Reads the state of a group, with one call to the store. The promise rejects with the error of the store.
 *
 * @throws The promise rejects with a TypeError for a wrong store or name.
 * @example
 * const { replicas } = await fleetStatus(redisFleet(redis), "matcher");
 */
export async function fleetStatus(store: FleetStore, group: string): Promise<FleetStatus> {
  checkStore("the store of fleetStatus()", store);
  checkGroup(group);
  const reading = await readingOf(store, group);
  const replicas = reading.members.map(({ replica, isOut, hasLeave, report }): ReplicaStatus => {
    const said = toReport(report);
    return {
      replica,
      state: said?.state ?? "NOT_LOADED",
      out: isOut,
      leave: hasLeave,
      heldIn: (said?.heldIn ?? false) && !isOut,
      draining: said?.draining ?? false,
      wedged: said?.wedged ?? false,
      resources: said?.resources ?? [],
    };
  });
  const names = reading.notes.map(({ name }) => name.replace(/^(?:rollout|pin):/, ""));
  return {
    group,
    knownForMs: reading.knownForMs,
    replicas: replicas.sort((one, other) => (one.replica < other.replica ? -1 : 1)),
    rollouts: [...new Set(names)].sort().map((resource) => rolloutIn(reading, resource)),
  };
}

function rolloutIn(reading: FleetReading, resource: string): RolloutStatus {
  const plan = toPlan(noteIn(reading, planNote(resource)).text);
  const { revision } = toPin(noteIn(reading, pinNote(resource)).text);
  return {
    resource,
    stable: plan?.stable ?? plan?.assumed,
    trial: plan?.trial,
    refused: plan?.refused ?? [],
    pin: revision ?? undefined,
  };
}

/**
 * Keeps a whole fleet on one revision, like `pin()` of a loader. The promise rejects with the error of the store, or
 * with a `SourceError` of kind `moving` if other clients change the pin ten times in a row.
 *
 * @throws The promise rejects with a TypeError for a wrong store or name.
 * @example
 * await pinRevision(memoryFleet(), { group: "matcher", resource: "index", revision: "v1" });
 */
export async function pinRevision(store: FleetStore, order: FleetOrder): Promise<void> {
  const { group, resource, revision } = checkOrder("pinRevision()", store, order, ["group", "resource", "revision"]);
  await setPin(store, { group, resource }, revision);
}

/**
 * Ends a pin, like `unpin()` of a loader. The promise rejects with the error of the store, or with a `SourceError` of
 * kind `moving` if other clients change the pin ten times in a row.
 *
 * @throws The promise rejects with a TypeError for a wrong store or name.
 * @example
 * await unpinRevision(memoryFleet(), { group: "matcher", resource: "index" });
 */
export async function unpinRevision(store: FleetStore, order: Omit<FleetOrder, "revision">): Promise<void> {
  await setPin(store, checkOrder("unpinRevision()", store, order, ["group", "resource"]), null);
}

async function setPin(
  store: FleetStore,
  { group, resource }: Omit<FleetOrder, "revision">,
  revision: string | null,
): Promise<void> {
  await change(store, group, pinNote(resource), (text, reading) =>
    JSON.stringify({ serial: nextSerial(toPin(text).serial, reading), revision }),
  );
}

/**
 * Lets a fleet try a rejected revision again. The promise rejects with the error of the store, or with a `SourceError`
 * of kind `moving` if other clients change the rollout ten times in a row.
 *
 * @returns whether the fleet had rejected the revision
 * @throws The promise rejects with a TypeError for a wrong store or name.
 * @example
 * await retryRevision(memoryFleet(), { group: "matcher", resource: "index", revision: "v2" });
 */
export async function retryRevision(store: FleetStore, order: FleetOrder): Promise<boolean> {
  const { group, resource, revision } = checkOrder("retryRevision()", store, order, ["group", "resource", "revision"]);
  let wasRefused = false;
  await change(store, group, planNote(resource), (text) => {
    const plan = toPlan(text);
    const refused = plan?.refused.filter((one) => one.revision !== revision) ?? [];
    wasRefused = refused.length < (plan?.refused.length ?? 0);
    if (!plan || !wasRefused) return undefined;
    const retries = { ...plan.retries, [revision]: retriesOf(plan, revision) + 1 };
    const next: RolloutPlan = { ...plan, refused, retries };
    return JSON.stringify(next);
  });
  return wasRefused;
}

/** Changes a note. Tries again if another writer was faster. */
async function change(
  store: FleetStore,
  group: string,
  name: string,
  next: (text: string, reading: FleetReading) => string | undefined,
): Promise<void> {
  for (let tries = 0; tries < 10; tries++) {
    const reading = await readingOf(store, group);
    const note = noteIn(reading, name);
    const text = next(note.text, reading);
    if (text === undefined || (await store.write(group, { name, version: note.version, text }))) return;
  }
  throw new SourceError("moving", "another client changed the same note ten times in a row");
}

/** @throws SourceError if the value is not a reading, because the store may be the user's own */
async function readingOf(store: FleetStore, group: string): Promise<FleetReading> {
  const given = await store.read(group);
  try {
    return checkedReading(given);
  } catch (cause) {
    throw new SourceError("protocol", "read() of the fleet's store gave no members and notes", { cause });
  }
}

/** Copies only the own properties of an order. */
function checkOrder<O extends Omit<FleetOrder, "revision"> & Partial<FleetOrder>>(
  where: string,
  store: FleetStore,
  given: O,
  names: readonly (keyof FleetOrder)[],
): O {
  checkStore(`the store of ${where}`, store);
  const order = checkOptions(where, given, [], names);
  const { group, resource, revision } = order;
  checkGroup(group);
  if (typeof resource !== "string" || !/^[a-z][a-z0-9-]{0,62}$/.test(resource))
    invalidOption("resource", resource, 'the name of a resource, such as "index"');
  if (names.includes("revision") && (typeof revision !== "string" || revision === ""))
    invalidOption("revision", revision, "a revision, as a string");
  return order;
}
