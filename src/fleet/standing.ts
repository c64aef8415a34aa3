import type { HealthPartHost } from "../health/health-part.ts";
import { RANKS } from "../health/rank.ts";
import type { FleetStanding } from "./fleet-store.ts";

/** The standing of one replica: whether it was ready, and how long its leave runs. It does not call the store. */
export class Standing {
  readonly #host: HealthPartHost;
  /** A monotonic time. */
  #leaveUntil = -Infinity;
  #hasBeenReady = false;

  constructor(host: HealthPartHost) {
    this.#host = host;
  }

  /** The current standing. */
  get now(): FleetStanding {
    const { worst, phase } = this.#host;
    if (phase !== "running" || RANKS[worst].outcome === "notLoaded") return "out";
    if (worst !== "pastRefuseAfter") return "in";
    return this.#hasBeenReady ? "asks" : "new";
  }

  /** The remaining time of its leave, in ms. 0 without a leave. */
  get leaveLeftMs(): number {
    return Math.max(0, this.#leaveUntil - this.#host.clock.monotonic());
  }

  /** Whether readiness answers 200 although the data is too old. */
  get holdsIn(): boolean {
    return this.#hasBeenReady && this.leaveLeftMs === 0;
  }

  get isHeldIn(): boolean {
    return this.now === "asks" && this.holdsIn;
  }

  get isWedged(): boolean {
    return this.#host.livenessOutcome === "wedged";
  }

  /** Whether the replica counts as out. */
  get isOut(): boolean {
    const { now } = this;
    return now === "out" || now === "new" || this.isWedged || (now === "asks" && !this.holdsIn);
  }

  /** Call it when the replica is ready: by its data, or because no other replica is in. It ends a leave. */
  becomeReady(): void {
    this.#hasBeenReady = true;
    this.#leaveUntil = -Infinity;
  }

  /** Sets the end of its leave, as a monotonic time. Returns whether it had no leave before. */
  leaveUntil(until: number): boolean {
    const wasIn = this.leaveLeftMs === 0;
    this.#leaveUntil = until;
    return wasIn && this.leaveLeftMs > 0;
  }
}
