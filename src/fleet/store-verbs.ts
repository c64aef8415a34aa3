import type { FleetAnswer, FleetBeat, FleetNoteWrite, FleetReading, FleetStore } from "./fleet-store.ts";
import { checkedAnswer, checkedReading } from "./read-answer.ts";

/**
 * Sends a beat.
 *
 * @throws TypeError if the store does not answer what was asked
 */
export async function sendBeat(store: FleetStore, group: string, beat: FleetBeat): Promise<FleetAnswer> {
  const answer = checkedAnswer(await store.beat(group, beat));
  // A missing place must not be read as 0, because 0 gives the replica its turn.
  const missing = beat.turns.find(({ resource }) => !Object.hasOwn(answer.turns, resource));
  if (missing && !beat.isClosed) throw new TypeError(`the store's answer has no number ${missing.resource}`);
  return answer;
}

/**
 * Reads the state of a group.
 *
 * @throws TypeError if the store does not answer what was asked
 */
export async function readGroup(store: FleetStore, group: string): Promise<FleetReading> {
  return checkedReading(await store.read(group));
}

/** Writes a note. Returns whether the store took it. */
export async function writeNote(store: FleetStore, group: string, note: FleetNoteWrite): Promise<boolean> {
  return (await store.write(group, note)) === true;
}
