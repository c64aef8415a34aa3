import { createDue } from "../model/queue.ts";
import type { ServedOutcome, Rotation, Router } from "./router.ts";
import type { Simulation } from "../model/simulation.ts";

/** One replica at a router: its place, and the outcome of requests to it. */
export class Membership {
  /** The current place. */
  rotation: Rotation = "out";
  /** Whether it leaves for good. It is removed when it is out. */
  over = false;
  readonly #simulation: Simulation;
  readonly #router: Router;
  readonly #replica: number;
  readonly #moved: () => void;
  /** The place after the change has reached every node. */
  #told: Rotation = "out";
  #outcome: ServedOutcome = "lost";
  /** The place after the kept connections have ended. */
  #leaving: Rotation | undefined;

  constructor(simulation: Simulation, router: Router, replica: number, moved: () => void) {
    this.#simulation = simulation;
    this.#router = router;
    this.#replica = replica;
    this.#moved = moved;
    router.set(replica, { rotation: "out", outcome: "lost" }, simulation.queue.now);
  }

  /** Sets the place by a decision of the platform. The router follows later. */
  tell(rotation: Rotation): void {
    if (rotation === this.#told) return;
    this.#told = rotation;
    const { queue, resolved } = this.#simulation;
    const due = createDue(0, this.#simulation.order(), () => this.#place(rotation));
    queue.put(due, queue.now + resolved.propagationMs);
  }

  /** Sets the place by a decision of the router. */
  place(rotation: Rotation): void {
    this.#told = rotation;
    this.#place(rotation);
  }

  /** Sets the outcome of requests from now on. */
  ask(outcome: ServedOutcome): void {
    if (outcome === this.#outcome) return;
    this.#outcome = outcome;
    // A process that has ended has closed its connections.
    if (outcome === "lost" && this.#leaving !== undefined) this.#move(this.#leaving);
    this.#write();
  }

  /** Removes the replica. */
  end(): void {
    this.over = true;
    this.#write();
  }

  #place(rotation: Rotation): void {
    const { lingerMs } = this.#router;
    if (lingerMs === 0 || rotation === "in" || this.rotation !== "in" || this.#outcome === "lost")
      return this.#move(rotation);
    this.#leaving = rotation;
    const { queue } = this.#simulation;
    const due = createDue(0, this.#simulation.order(), () => {
      if (this.#leaving !== undefined) this.#move(this.#leaving);
    });
    queue.put(due, queue.now + lingerMs);
  }

  #move(rotation: Rotation): void {
    this.#leaving = undefined;
    if (rotation === this.rotation) return;
    this.rotation = rotation;
    this.#write();
    this.#moved();
  }

  #write(): void {
    const isOut = this.over && this.rotation === "out";
    const standing = isOut ? undefined : { rotation: this.rotation, outcome: this.#outcome };
    this.#router.set(this.#replica, standing, this.#simulation.queue.now);
  }
}
