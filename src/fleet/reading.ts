import { propertyOf } from "../option/invalid-option.ts";
import { STATES, type State } from "../state/state.ts";
import type { FleetReading } from "./fleet-store.ts";
import { isCount } from "./options.ts";
import type { ReplicaReport, ReportedResource } from "./report.ts";
import type { RolloutMember } from "./rollout-plan.ts";
import { toJson } from "./to-json.ts";

/** The name of the note with the plan of a resource. */
export function planNote(resource: string): string {
  return `rollout:${resource}`;
}

/** The name of the note with the pin of a resource. */
export function pinNote(resource: string): string {
  return `pin:${resource}`;
}

/** Returns a note of a reading. A missing note has version 0 and an empty text. */
export function noteIn(reading: FleetReading, name: string): { readonly version: number; readonly text: string } {
  return reading.notes.find((note) => note.name === name) ?? { version: 0, text: "" };
}

/**
 * Parses the report of a replica. Returns `undefined` if it is not valid. It drops what is not valid, because another
 * version or another client may have written the report.
 */
export function toReport(text: string): ReplicaReport | undefined {
  const json = toJson(text);
  const resources = propertyOf(json, "resources");
  if (!Array.isArray(resources)) return undefined;
  return {
    state: toState(propertyOf(json, "state")),
    heldIn: propertyOf(json, "heldIn") === true,
    draining: propertyOf(json, "draining") === true,
    wedged: propertyOf(json, "wedged") === true,
    resources: resources.flatMap(toReported),
  };
}

function toState(given: unknown): State {
  return STATES.find((state) => state === given) ?? "NOT_LOADED";
}

function toReported(json: unknown): readonly ReportedResource[] {
  const name = propertyOf(json, "name");
  if (typeof name !== "string") return [];
  const [revision, behind] = ["revision", "behind"].map((text) => propertyOf(json, text));
  const [age, place] = ["age", "place"].map((number) => propertyOf(json, number));
  const bad = toBad(propertyOf(json, "bad"));
  return [
    {
      name,
      required: propertyOf(json, "required") === true,
      state: toState(propertyOf(json, "state")),
      ...(typeof age === "number" && { age }),
      ...(typeof revision === "string" && { revision }),
      ...(typeof behind === "string" && { behind }),
      ...(bad && { bad }),
      ...(propertyOf(json, "rollout") === true && { rollout: true }),
      ...(propertyOf(json, "free") === true && { free: true }),
      ...(propertyOf(json, "loading") === true && { loading: true }),
      ...(typeof place === "number" && { place }),
    },
  ];
}

function toBad(json: unknown): ReportedResource["bad"] {
  const revision = propertyOf(json, "revision");
  const retry = propertyOf(json, "retry");
  if (typeof revision !== "string" || typeof retry !== "number") return undefined;
  return { revision, retry, how: propertyOf(json, "how") === "failed" ? "failed" : "rejected" };
}

/** Returns the replicas that roll out a resource. A draining replica is left out, because it loads nothing. */
export function rolloutMembers(reading: FleetReading, resource: string): readonly RolloutMember[] {
  return reading.members.flatMap(({ replica, report }) => {
    const said = toReport(report);
    const mine: ReportedResource | undefined = said?.resources.find(({ name }) => name === resource);
    if (!said || said.draining || !mine?.rollout) return [];
    return { replica, held: mine.revision, bad: mine.bad, free: mine.free === true };
  });
}

/** Whether the store has known a group for less than one `ttl`. It may not know all replicas yet. */
export function isYoung({ knownForMs }: FleetReading, ttlMs: number): boolean {
  return knownForMs === undefined || knownForMs < ttlMs;
}

/** A pin, as in its note. */
export interface Pin {
  /** The number of the pin: a time of the store, in ms. A later pin or unpin has a higher number. */
  readonly serial: number;
  /** The pinned revision. `null` after the pin has ended. */
  readonly revision: string | null;
}

/**
 * Returns the number of a new pin. It is at least the time of the store. So it is higher than the number of a pin that
 * the store has lost.
 */
export function nextSerial(before: number, { nowMs }: FleetReading): number {
  return Math.max(before + 1, Math.floor(nowMs));
}

/** Parses a pin from the text of its note. If the text is not a pin, returns serial 0, so that every pin is later. */
export function toPin(text: string): Pin {
  const json = toJson(text);
  const serial = propertyOf(json, "serial");
  const revision = propertyOf(json, "revision");
  if (!isCount(serial)) return { serial: 0, revision: null };
  return { serial, revision: typeof revision === "string" ? revision : null };
}
