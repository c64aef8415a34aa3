import { propertyOf } from "../option/invalid-option.ts";
import type { FleetAnswer, FleetNote } from "./fleet-store.ts";

/**
 * Reads the answer to a beat from the JSON of a store. The JSON has the notes by name.
 *
 * @throws TypeError if the value is not an answer
 */
export function toFleetAnswer(json: unknown): FleetAnswer {
  return {
    leaveMs: numberIn(json, "leaveMs"),
    place: numberIn(json, "place"),
    isIn: propertyOf(json, "isIn") === true,
    members: numberIn(json, "members"),
    othersOut: numberIn(json, "othersOut"),
    turns: Object.fromEntries(entriesOf(propertyOf(json, "turns")).map(([name, place]) => [name, Number(place)])),
    notes: entriesOf(propertyOf(json, "notes")).map(([name, note]): FleetNote => ({
      name,
      version: numberIn(note, "version"),
      text: String(propertyOf(note, "text")),
    })),
  };
}

function numberIn(json: unknown, name: string): number {
  const value = propertyOf(json, name);
  if (typeof value !== "number") throw new TypeError(`the store's answer has no number ${name}`);
  return value;
}

function entriesOf(json: unknown): readonly (readonly [string, unknown])[] {
  return typeof json === "object" && json !== null ? Object.entries(json) : [];
}
