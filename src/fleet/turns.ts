import { gateOf, type Gate, type GateAsk } from "../gate/gate.ts";
import type { FleetTurnAsk } from "./fleet-store.ts";

/** The part of the replica that the turns use. */
export interface TurnsHost {
  readonly isGone: boolean;
  /** Returns after how many ms the value of a resource becomes STALE. 0 without a value. */
  staleInMs(resource: string): number;
  /** Sends a beat now, or after the previous call has settled. */
  beatSoon(): void;
}

/** A resource that waits for its turn, has its turn, or has just returned it. */
interface Turn {
  readonly first: boolean;
  wants: FleetTurnAsk["wants"];
  /** The turn came. */
  open: () => void;
  /** Tells the gate the place in the queue, and that the store answers. */
  waiting: (place: number) => void;
  place: number;
}

/** The turns of one replica: the gate of its loads, and their part in the beats. */
export class Turns {
  readonly gate: Gate;
  readonly #host: TurnsHost;
  readonly #most: number;
  readonly #turns = new Map<string, Turn>();

  constructor(host: TurnsHost, most: number) {
    this.#host = host;
    this.#most = most;
    this.gate = gateOf((ask) => this.#wait(ask), "elsewhere");
  }

  /** The best place of a waiting resource. `undefined` if no resource waits. */
  get bestPlace(): number | undefined {
    const places = [...this.#turns.values()].filter(({ wants }) => wants === "waits").map(({ place }) => place);
    return places.length ? Math.min(...places) : undefined;
  }

  /** Returns the turns for the next beat. */
  asks(): readonly FleetTurnAsk[] {
    return [...this.#turns].map(([resource, { wants, first }]) => ({
      resource,
      wants,
      first,
      staleInMs: first ? 0 : this.#host.staleInMs(resource),
      most: this.#most,
    }));
  }

  /** Handles the answer to a beat. `asks` is what the beat contained. */
  take(asks: readonly FleetTurnAsk[], places: Readonly<Record<string, number>>): void {
    for (const { resource, wants } of asks) {
      const turn = this.#turns.get(resource);
      // The turn has changed since the beat was sent. The next beat reports the change.
      if (turn?.wants !== wants) continue;
      const place = places[resource] ?? 0;
      if (wants === "none") this.#turns.delete(resource);
      else if (wants === "waits" && place === 0) this.#open(turn);
      else if (wants === "waits") {
        turn.place = place;
        turn.waiting(place);
      }
    }
  }

  /** The store is gone. Loads are spread only by jitter. */
  storeGone(): void {
    for (const turn of this.#turns.values()) if (turn.wants === "waits") this.#open(turn);
  }

  #open(turn: Turn): void {
    turn.wants = "loads";
    turn.open();
  }

  #wait({ name, first, signal, waiting }: GateAsk): Promise<() => void> {
    return new Promise((resolve) => {
      const release = (): void => this.#end(name, turn);
      const turn: Turn = { first, wants: "waits", open: () => resolve(release), waiting, place: 1 };
      this.#turns.set(name, turn);
      const giveUp = (): void => {
        if (turn.wants === "waits") release();
        // The gate returns a turn that comes too late.
        resolve(release);
      };
      signal.addEventListener("abort", giveUp, { once: true });
      if (this.#host.isGone) this.#open(turn);
      else this.#host.beatSoon();
    });
  }

  #end(resource: string, turn: Turn): void {
    if (this.#turns.get(resource) !== turn || turn.wants === "none") return;
    turn.wants = "none";
    this.#host.beatSoon();
  }
}
