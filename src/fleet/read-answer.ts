import { propertyOf } from "../option/invalid-option.ts";
import type { FleetAnswer, FleetMember, FleetNote, FleetReading } from "./fleet-store.ts";

/**
 * Reads the answer to a beat from the JSON of a store. The JSON has the notes by name.
 *
 * @throws TypeError if the value is not an answer
 */
export function toFleetAnswer(json: unknown): FleetAnswer {
  const notes = Object.entries(objectIn(json, "notes")).map(([name, note]: [string, unknown]) => ({
    name,
    version: propertyOf(note, "version"),
    text: propertyOf(note, "text"),
  }));
  return checkedAnswer({ ...Object(json), notes });
}

/**
 * Copies the answer to a beat. A store may be the user's own, and may answer anything.
 *
 * @throws TypeError if the value is not an answer
 */
export function checkedAnswer(given: unknown): FleetAnswer {
  const turns = objectIn(given, "turns");
  return {
    leaveMs: countIn(given, "leaveMs"),
    place: countIn(given, "place"),
    isIn: propertyOf(given, "isIn") === true,
    members: countIn(given, "members"),
    othersOut: countIn(given, "othersOut"),
    turns: Object.fromEntries(Object.keys(turns).map((resource) => [resource, countIn(turns, resource)])),
    notes: listIn(given, "notes").map(checkedNote),
  };
}

/**
 * Copies what a store knows of a group.
 *
 * @throws TypeError if the value is not a reading
 */
export function checkedReading(given: unknown): FleetReading {
  const knownForMs = propertyOf(given, "knownForMs");
  return {
    members: listIn(given, "members").map(checkedMember),
    notes: listIn(given, "notes").map(checkedNote),
    nowMs: numberIn(given, "nowMs"),
    knownForMs: knownForMs === undefined ? undefined : numberIn(given, "knownForMs"),
  };
}

function checkedMember(given: unknown): FleetMember {
  return {
    replica: textIn(given, "replica"),
    isOut: propertyOf(given, "isOut") === true,
    hasLeave: propertyOf(given, "hasLeave") === true,
    leftMs: numberIn(given, "leftMs"),
    report: textIn(given, "report"),
  };
}

function checkedNote(given: unknown): FleetNote {
  return { name: textIn(given, "name"), version: countIn(given, "version"), text: textIn(given, "text") };
}

function numberIn(given: unknown, name: string): number {
  const value = propertyOf(given, name);
  return typeof value === "number" && Number.isFinite(value) ? value : refuse("number", name);
}

function countIn(given: unknown, name: string): number {
  const value = numberIn(given, name);
  return value >= 0 ? value : refuse("number of at least 0", name);
}

function textIn(given: unknown, name: string): string {
  const value = propertyOf(given, name);
  return typeof value === "string" ? value : refuse("text", name);
}

function listIn(given: unknown, name: string): readonly unknown[] {
  const value = propertyOf(given, name);
  return Array.isArray(value) ? value : refuse("list", name);
}

function objectIn(given: unknown, name: string): object {
  const value = propertyOf(given, name);
  return typeof value === "object" && value !== null ? value : refuse("object", name);
}

function refuse(kind: string, name: string): never {
  throw new TypeError(`the store's answer has no ${kind} ${name}`);
}
