import type { Setup, Trouble } from "./setup.ts";

/** How one load goes. */
export interface LoadFate {
  readonly ends: "good" | "bad" | "never";
  /** How long it takes, in ms. */
  readonly ms: number;
}

/** How long a source that is down takes to say so, in ms. */
const REFUSAL_MS = 100;

/** How a load goes that a replica starts now. The source is looked at once, at the start. */
export function fateOf(setup: Setup, replica: number, first: boolean, now: number, chance: () => number): LoadFate {
  const { load } = setup;
  const seconds = first ? load.firstSeconds : (load.refreshSeconds ?? load.firstSeconds);
  const spread = load.spread ?? 0.1;
  const ms = Math.round(seconds * 1_000 * (1 + spread * (2 * chance() - 1)));
  const trouble = troubleOf(setup.troubles ?? [], replica, now / 1_000);
  if (trouble?.kind === "down") return { ends: "bad", ms: Math.min(REFUSAL_MS, ms) };
  if (trouble?.kind === "hangs") return { ends: "never", ms: Infinity };
  return { ends: "good", ms: trouble?.kind === "slow" ? ms * (trouble.factor ?? 10) : ms };
}

function troubleOf(troubles: readonly Trouble[], replica: number, seconds: number): Trouble | undefined {
  return troubles.find(
    ({ fromSeconds, untilSeconds, replicas }) =>
      seconds >= fromSeconds && seconds < untilSeconds && (replicas?.includes(replica) ?? true),
  );
}
