import type { Simulation } from "../model/simulation.ts";
import { Rhythm } from "./rhythm.ts";
import { playSample, type Sample } from "./sample.ts";

/** How loads are calculated, and with a sample also whole processes. */
export interface Shortcut {
  readonly rhythm: Rhythm;
  readonly sample: Sample | undefined;
}

const OF = new WeakMap<Simulation, Shortcut>();

/**
 * Prepares the shortcut of a simulation, if its setup has one.
 *
 * @param settle waits until all promises of the library are done
 */
export async function prepareShortcut(simulation: Simulation, settle: () => Promise<void>): Promise<void> {
  const rhythm = simulation.asksEveryTime ? undefined : Rhythm.of(simulation.resolved);
  if (rhythm) OF.set(simulation, { rhythm, sample: await playSample(simulation, rhythm, settle) });
}

/** Returns the shortcut of a simulation. `undefined` if every load is played. */
export function shortcutOf(simulation: Simulation): Shortcut | undefined {
  return OF.get(simulation);
}
