/** The decision of a fleet about a replica with old data: held in, or out by leave. */
export type FleetStanding = "held-in" | "left";

/** Counts the decisions of a fleet, and the replicas that a bad revision reaches. */
export class FleetCounter {
  mostHeldIn = 0;
  mostLeft = 0;
  readonly #standings = new Map<number, FleetStanding>();
  readonly #counts = { "held-in": 0, left: 0 };
  readonly #reached = new Set<number>();

  /** The number of replicas that began to load a bad revision. */
  get reached(): number {
    return this.#reached.size;
  }

  /** Sets the standing of a replica. `undefined` means that the fleet does not affect it. */
  set(replica: number, standing: FleetStanding | undefined): void {
    const before = this.#standings.get(replica);
    if (standing === before) return;
    if (before) this.#counts[before] -= 1;
    if (standing) {
      this.#counts[standing] += 1;
      this.#standings.set(replica, standing);
    } else this.#standings.delete(replica);
    this.mostHeldIn = Math.max(this.mostHeldIn, this.#counts["held-in"]);
    this.mostLeft = Math.max(this.mostLeft, this.#counts.left);
  }

  /** Counts a replica that begins to load a bad revision. */
  reach(replica: number): void {
    this.#reached.add(replica);
  }
}
