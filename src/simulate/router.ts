import type { Fate, Recorder } from "./record.ts";
import type { World } from "./setup.ts";

/** Where a router has a replica: in rotation, only good if nobody else is (terminating, yet ready), or out. */
export type Rotation = "in" | "terminating" | "out";

const ROTATIONS: readonly Rotation[] = ["in", "terminating", "out"];
/** What may become of a request that a replica gets. */
export type MetFate = Exclude<Fate, "refused">;

const MET: readonly MetFate[] = ["fresh", "stale", "stalled", "unloaded", "lost"];

/** Who gets traffic when hardly anybody passes. */
export interface RouterRule {
  /** Nobody; those that end, if they are still ready; or everybody. */
  readonly noneLeft: "nobody" | "terminating" | "everybody";
  /** Everybody, too, under this share in rotation, 0 to 1. */
  readonly panicUnder: number;
}

/** What one replica is at the moment, to its router. */
export interface Standing {
  readonly rotation: Rotation;
  readonly fate: MetFate;
}

/**
 * The traffic, as a flow: requests are spread evenly over whoever is routed to, and counted by what becomes of
 * them. Kept by counts, so that a change costs the same for one replica and for a thousand.
 */
export class Router {
  readonly #rule: RouterRule;
  readonly #record: Recorder;
  readonly #perMs: number;
  readonly #fromMs: number;
  readonly #members = new Map<number, Standing>();
  readonly #counts = ROTATIONS.map(() => MET.map(() => 0));
  readonly #sizes = ROTATIONS.map(() => 0);
  #since = 0;
  /** Ms in which nobody was in rotation. */
  #emptyMs = 0;
  /** Ms in which no request found anybody. */
  #refusedMs = 0;

  constructor(rule: RouterRule, world: World, record: Recorder) {
    this.#rule = rule;
    this.#record = record;
    this.#perMs = world.requestsPerMs;
    this.#fromMs = world.requestsFromMs;
  }

  /** How many are in rotation. */
  get ready(): number {
    return this.#sizes[0] ?? 0;
  }

  get emptyMs(): number {
    return this.#emptyMs;
  }

  get refusedMs(): number {
    return this.#refusedMs;
  }

  /** A replica changed, joined or, with `undefined`, left. */
  set(replica: number, standing: Standing | undefined, now: number): void {
    this.pass(now);
    const before = this.#members.get(replica);
    if (before) this.#count(before, -1);
    if (standing) {
      this.#count(standing, 1);
      this.#members.set(replica, standing);
    } else this.#members.delete(replica);
  }

  /** Counts what came since the last change. */
  pass(now: number): void {
    const ms = now - this.#since;
    this.#since = now;
    if (ms <= 0) return;
    if (this.ready === 0) this.#emptyMs += ms;
    const from = Math.max(this.#fromMs, now - ms);
    const routed = this.#routed();
    const all = routed.reduce((sum, rotation) => sum + (this.#sizes[rotation] ?? 0), 0);
    if (all === 0) {
      this.#refusedMs += ms;
      return this.#record.flow("refused", this.#perMs, from, now);
    }
    MET.forEach((fate, index) => {
      const those = routed.reduce((sum, rotation) => sum + (this.#counts[rotation]?.[index] ?? 0), 0);
      if (those > 0) this.#record.flow(fate, (this.#perMs * those) / all, from, now);
    });
  }

  /** The rotations that get traffic. */
  #routed(): readonly number[] {
    const { noneLeft, panicUnder } = this.#rule;
    if (panicUnder > 0 && this.ready < panicUnder * this.#members.size) return [0, 1, 2];
    if (this.ready > 0) return [0];
    if (noneLeft === "terminating") return [1];
    return noneLeft === "everybody" ? [0, 1, 2] : [];
  }

  #count({ rotation, fate }: Standing, by: 1 | -1): void {
    const place = ROTATIONS.indexOf(rotation);
    const row = this.#counts[place];
    const column = MET.indexOf(fate);
    if (row) row[column] = (row[column] ?? 0) + by;
    this.#sizes[place] = (this.#sizes[place] ?? 0) + by;
  }
}
