import type { FleetBeat } from "./fleet-store.ts";

/** The facts for the decision about a leave. */
export interface LeaveQuestion {
  readonly ttlMs: number;
  /** The remaining time of its leave by its own clock, in ms. */
  readonly leaveLeftMs: number;
  /** Whether the store still holds its leave. */
  readonly isHeld: boolean;
  /** Whether the store has known the group for less than one `ttl`. It may not know all replicas yet. */
  readonly isYoung: boolean;
  /** The number of other replicas that are in. */
  readonly othersIn: number;
  /** The number of other replicas that are out, for any reason. */
  readonly othersOut: number;
  /** The number of other replicas that also ask and have older data. */
  readonly olderAsking: number;
  /** The number of replicas that may be out. */
  readonly budget: number;
}

/**
 * Decides whether a replica may leave. Returns how long the leave runs from the sending of the beat, in ms. 0 means no
 * leave.
 *
 * | the replica            | another is in                       | nobody else is in           |
 * |------------------------|-------------------------------------|-----------------------------|
 * | leave runs, group new  | renewed                             | runs on, not renewed        |
 * | leave runs, held here  | renewed, also past the budget      | ended                       |
 * | asks, group new        | none                                | none                        |
 * | asks                   | the oldest first, within the budget | none                        |
 */
export function leaveMsOf(question: LeaveQuestion): number {
  const { ttlMs, leaveLeftMs, isHeld, isYoung, othersIn, othersOut, olderAsking, budget } = question;
  const isRunning = leaveLeftMs > 0;
  // After a flush the store does not know yet which other replicas are in.
  if (isYoung && isRunning && othersIn === 0) return Math.min(leaveLeftMs, ttlMs);
  if (othersIn === 0) return 0;
  // A renewal ignores the budget. Otherwise replicas of a shrinking group would go in and out again and again.
  if (isRunning && (isYoung || isHeld)) return ttlMs;
  if (isYoung) return 0;
  return othersOut + olderAsking < budget ? ttlMs : 0;
}

/** Returns how many replicas of a group may be out at once. */
export function budgetOf(leave: FleetBeat["leave"], members: number): number {
  return "most" in leave ? leave.most : Math.max(1, Math.floor((leave.percent * members) / 100));
}
