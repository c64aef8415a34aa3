import type { AnnouncedRevision, Setup, Trouble } from "../model/setup.ts";

/** The course of one load. */
export interface LoadOutcome {
  readonly ends: "good" | "bad" | "never";
  /** The duration in ms. */
  readonly ms: number;
}

/** How long a load takes to fail while the source is down, in ms. */
export const REFUSAL_MS = 100;

/** Returns the course of a load that starts now. Only the state of the source at the start counts. */
export function loadOutcomeOf(
  setup: Setup,
  replica: number,
  first: boolean,
  now: number,
  chance: () => number,
): LoadOutcome {
  const { load } = setup;
  const seconds = first ? load.firstSeconds : (load.refreshSeconds ?? load.firstSeconds);
  const spread = load.spread ?? 0.1;
  const ms = Math.round(seconds * 1_000 * (1 + spread * (2 * chance() - 1)));
  const trouble = troubleOf(setup.troubles ?? [], replica, now / 1_000);
  if (trouble?.kind === "down") return { ends: "bad", ms: Math.min(REFUSAL_MS, ms) };
  if (trouble?.kind === "hangs") return { ends: "never", ms: Infinity };
  return { ends: "good", ms: trouble?.kind === "slow" ? ms * (trouble.factor ?? 10) : ms };
}

/** Returns the announced revision at a second. Before the first entry, the first entry counts. */
export function announcedAt(revisions: readonly AnnouncedRevision[], seconds: number): AnnouncedRevision {
  const [first] = revisions;
  if (!first) throw new RangeError("revisions is empty. Pass at least one, or leave it out.");
  return revisions.filter(({ fromSeconds }) => fromSeconds <= seconds).at(-1) ?? first;
}

/** Returns the trouble of a replica at a second. */
export function troubleOf(troubles: readonly Trouble[], replica: number, seconds: number): Trouble | undefined {
  return troubles.find(
    ({ fromSeconds, untilSeconds, replicas }) =>
      seconds >= fromSeconds && seconds < untilSeconds && (replicas?.includes(replica) ?? true),
  );
}
