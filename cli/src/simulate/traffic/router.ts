import type { RequestOutcome, Recorder } from "../model/recorder.ts";
import type { ResolvedSetup } from "../model/setup.ts";

/** The place of a replica: in rotation, terminating but ready (a last resort), or out. */
export type Rotation = "in" | "terminating" | "out";

const ROTATIONS: readonly Rotation[] = ["in", "terminating", "out"];
/** The possible outcomes of a request to a replica. */
export type ServedOutcome = Exclude<RequestOutcome, "refused">;

const SERVED_OUTCOMES: readonly ServedOutcome[] = ["fresh", "stale", "stalled", "unloaded", "lost"];

/** The rules for traffic when few or no replicas pass. */
export interface RouterRule {
  /** Who gets traffic if no replica is in: none, the terminating replicas that are ready, or all. */
  readonly noneLeft: "nobody" | "terminating" | "everybody";
  /** All replicas also get traffic if the share in rotation is under this value, 0 to 1. */
  readonly panicUnder: number;
}

/** The state of one replica for its router. */
export interface Standing {
  readonly rotation: Rotation;
  readonly outcome: ServedOutcome;
}

/**
 * The traffic as a constant flow. Requests are spread evenly over the replicas in rotation and counted by outcome. The
 * router keeps counts, so that a change takes the same time with one replica and with a thousand.
 */
export class Router {
  readonly #rule: RouterRule;
  readonly #record: Recorder;
  readonly #perMs: number;
  readonly #fromMs: number;
  readonly #members = new Map<number, Standing>();
  readonly #counts = ROTATIONS.map(() => SERVED_OUTCOMES.map(() => 0));
  readonly #sizes = ROTATIONS.map(() => 0);
  #since = 0;
  /** The time without a replica in rotation, in ms. */
  #emptyMs = 0;
  /** The time in which no replica got requests, in ms. */
  #refusedMs = 0;

  /** Its share of all requests, 0 to 1. */
  readonly share: number;
  /** How long requests on kept connections still go to a replica that left. */
  readonly lingerMs: number;

  constructor(rule: RouterRule, resolved: ResolvedSetup, record: Recorder, share = 1, lingerMs = 0) {
    this.#rule = rule;
    this.#record = record;
    this.share = share;
    this.lingerMs = lingerMs;
    this.#perMs = resolved.requestsPerMs * share;
    this.#fromMs = resolved.requestsFromMs;
  }

  /** The number of replicas in rotation. */
  get ready(): number {
    return this.#sizes[0] ?? 0;
  }

  get emptyMs(): number {
    return this.#emptyMs;
  }

  get refusedMs(): number {
    return this.#refusedMs;
  }

  /** Records that a replica changed or joined. `undefined` means that it left. */
  set(replica: number, standing: Standing | undefined, now: number): void {
    this.advanceTo(now);
    const before = this.#members.get(replica);
    if (before) this.#count(before, -1);
    if (standing) {
      this.#count(standing, 1);
      this.#members.set(replica, standing);
    } else this.#members.delete(replica);
  }

  /** Counts the requests since the last change. */
  advanceTo(now: number): void {
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
    const [fresh = 0, stale = 0] = this.#counts[0] ?? [];
    const canServe = fresh + stale > 0;
    SERVED_OUTCOMES.forEach((outcome, index) => {
      const those = routed.reduce((sum, rotation) => sum + (this.#counts[rotation]?.[index] ?? 0), 0);
      if (those === 0) return;
      const perMs = (this.#perMs * those) / all;
      this.#record.flow(outcome, perMs, from, now);
      if (canServe && (outcome === "unloaded" || outcome === "lost")) this.#record.avoidable += perMs * (now - from);
    });
  }

  /** Returns the places that get traffic. */
  #routed(): readonly number[] {
    const { noneLeft, panicUnder } = this.#rule;
    if (panicUnder > 0 && this.ready < panicUnder * this.#members.size) return [0, 1, 2];
    if (this.ready > 0) return [0];
    if (noneLeft === "terminating") return [1];
    return noneLeft === "everybody" ? [0, 1, 2] : [];
  }

  #count({ rotation, outcome }: Standing, by: 1 | -1): void {
    const place = ROTATIONS.indexOf(rotation);
    const row = this.#counts[place];
    const column = SERVED_OUTCOMES.indexOf(outcome);
    if (row) row[column] = (row[column] ?? 0) + by;
    this.#sizes[place] = (this.#sizes[place] ?? 0) + by;
  }
}
