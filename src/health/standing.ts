import { isRefused, stateOf } from "../state/freshness.ts";
import type { Core } from "../resource/core.ts";
import type { Host } from "../resource/host.ts";
import { Agenda, type Entry } from "./agenda.ts";
import { ALIVE, RANKS, readinessOf, type Verdict } from "./verdict.ts";

/** A resource's place in the registry. */
export interface Seat {
  readonly core: Core<unknown>;
  /** When something is due for it. */
  readonly due: Entry<Core<unknown>>;
  /** When the next try is planned for one that stands in the way of readiness. */
  readonly attempt: Entry<Core<unknown>>;
  /** Where it was counted for readiness; -1 for nowhere. */
  rank: number;
  /** Whether startup looks at it. */
  readonly starts: boolean;
  /** Whether startup still waits for its first load. */
  unborn: boolean;
}

/** Who sits in the registry, and what follows for readiness and startup: counts, never a walk. */
export interface Standing {
  readonly seats: ReadonlyMap<string, Seat>;
  /** Expected resources that nobody registered. */
  readonly missing: ReadonlySet<string>;
  take(core: Core<unknown>, starts: boolean): Seat;
  leave(seat: Seat, now: number): void;
  /** Counts a seat where it stands now. */
  rank(seat: Seat, now: number): void;
  /** Latches startup, once everything it waits for has loaded (SPEC 7.11). */
  latch(): void;
  readiness(phase: Host["phase"]): Verdict;
  startup(phase: Host["phase"]): Verdict;
  /** The earliest try planned for what stands in the way; `Infinity` if none is. */
  attemptAt(): number;
}

/** Whether a seat stands in the way of readiness. */
export function isBlocking({ rank }: Seat): boolean {
  return rank >= 0 && rank <= RANKS.REFUSED;
}

/** @param expected names that must be registered before readiness can be 200 */
export function createStanding(expected: ReadonlySet<string>): Standing {
  const seats = new Map<string, Seat>();
  const missing = new Set(expected);
  const attempts = new Agenda<Core<unknown>>();
  const counts = [0, 0, 0, 0, 0];
  let starting = 0;
  let unborn = 0;
  let latched = false;
  let verdict: (Verdict & { readonly phase: Host["phase"] }) | undefined;
  let startup: Verdict = ALIVE;

  const count = (rank: number, by: number): void => {
    if (rank >= 0) counts[rank] = (counts[rank] ?? 0) + by;
  };

  const born = (seat: Seat): void => {
    if (seat.unborn) unborn--;
    seat.unborn = false;
  };

  const rank = (seat: Seat, now: number): void => {
    const { facts, limits, required, closed, nextAttemptAt } = seat.core;
    const { refuseAfter, staleAfter } = limits;
    const next =
      !required || closed
        ? -1
        : isRefused(facts, now, refuseAfter)
          ? RANKS.REFUSED
          : RANKS[stateOf(facts, now, staleAfter)];
    if (facts.generation) born(seat);
    if (next !== seat.rank) {
      count(seat.rank, -1);
      count(next, 1);
      seat.rank = next;
      verdict = undefined;
    }
    attempts.put(seat.attempt, isBlocking(seat) ? nextAttemptAt : Infinity);
  };

  const readiness = (phase: Host["phase"]): Verdict => {
    if (verdict?.phase !== phase)
      verdict = {
        ...readinessOf({
          counts,
          missing: missing.size,
          draining: phase === "draining",
          closed: phase === "closed",
        }),
        phase,
      };
    return verdict;
  };

  return {
    seats,
    missing,
    take(core, starts) {
      const bears = core.required && starts;
      const seat: Seat = {
        core,
        due: { item: core, at: Infinity, place: -1 },
        attempt: { item: core, at: Infinity, place: -1 },
        rank: -1,
        starts: bears,
        unborn: bears,
      };
      seats.set(core.name, seat);
      if (missing.delete(core.name)) verdict = undefined;
      if (bears) {
        starting++;
        unborn++;
      }
      // Nothing has happened to it yet, so any instant will do.
      rank(seat, 0);
      return seat;
    },
    leave(seat, now) {
      const { name } = seat.core;
      rank(seat, now);
      born(seat);
      if (seat.starts) starting--;
      seats.delete(name);
      if (expected.has(name)) {
        missing.add(name);
        verdict = undefined;
      }
    },
    rank,
    latch() {
      if (starting && !unborn && !missing.size) latched = true;
    },
    readiness,
    startup(phase) {
      const { worst } = readiness(phase);
      const word = phase !== "closed" && (latched || !(unborn + missing.size)) ? "alive" : "notLoaded";
      if (startup.word !== word || startup.worst !== worst) startup = { word, worst };
      return startup;
    },
    attemptAt: () => attempts.first?.at ?? Infinity,
  };
}
