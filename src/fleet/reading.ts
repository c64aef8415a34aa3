import { propertyOf } from "../option/invalid-option.ts";
import type { FleetReading } from "./fleet-store.ts";
import type { ReplicaReport, ReportedResource } from "./report.ts";
import type { RolloutMember } from "./rollout-plan.ts";

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

/** Parses the report of a replica. Returns `undefined` if it is not valid. */
export function toReport(text: string): ReplicaReport | undefined {
  try {
    const json: unknown = JSON.parse(text);
    // SAFETY: only the library writes reports, and each report has the list.
    return Array.isArray(propertyOf(json, "resources")) ? (json as ReplicaReport) : undefined;
  } catch {
    return undefined;
  }
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

/** A pin, as in its note. */
export interface Pin {
  /** The number of the pin. A later pin or unpin has a higher number. */
  readonly serial: number;
  /** The pinned revision. `null` after the pin has ended. */
  readonly revision: string | null;
}

/** Parses a pin from the text of its note. */
export function toPin(text: string): Pin {
  try {
    const json: unknown = JSON.parse(text);
    const serial = propertyOf(json, "serial");
    const revision = propertyOf(json, "revision");
    if (typeof serial === "number") return { serial, revision: typeof revision === "string" ? revision : null };
  } catch {
    // There is no note, or the note is not a pin.
  }
  return { serial: 0, revision: null };
}
