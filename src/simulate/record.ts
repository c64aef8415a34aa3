/** What a replica is at a moment, as the timeline shows it; the best first. */
export const LOOKS = ["fresh", "stale", "out", "stalled", "loading", "backoff"] as const;

/**
 * - `fresh`, `stale`: in rotation, with data of that age.
 * - `out`: holds data and is not in rotation: refused, draining, or not noticed yet.
 * - `stalled`: its event loop answers nobody.
 * - `loading`: it runs and holds no data yet.
 * - `backoff`: it waits in CrashLoopBackOff, or for its container to end.
 */
export type Look = (typeof LOOKS)[number];

/** What became of requests; the best first. */
export const FATES = ["fresh", "stale", "stalled", "unloaded", "lost", "refused"] as const;

/**
 * - `fresh`, `stale`: answered, from data of that age.
 * - `stalled`: sent to a replica whose event loop was stalled, and kept waiting.
 * - `unloaded`: sent to a replica that held nothing, which a guard answers with 503.
 * - `lost`: sent to a replica that did not listen.
 * - `refused`: by the router, for it had nobody to send them to.
 */
export type Fate = (typeof FATES)[number];

/** How many parts a timeline has. */
export const BUCKETS = 240;

/** One replica's row: what it was from which second on; `null` while it does not exist. */
export interface Row {
  /** Its number, from 0; those of a deploy come after. */
  readonly replica: number;
  /** Pairs of a second and what it was from then on. */
  readonly changes: readonly (readonly [fromSeconds: number, look: Look | null])[];
  /** The seconds at which its container was started again. */
  readonly restartsAt: readonly number[];
}

/** What was seen over time, in parts of equal length. */
export interface Timeline {
  /** How long each part is, in seconds. */
  readonly bucketSeconds: number;
  /** How many replicas were in each state, on average over the part. */
  readonly replicas: { readonly [L in Look]: readonly number[] };
  /** How many requests were counted in each part, by what became of them. */
  readonly requests: { readonly [F in Fate]: readonly number[] };
  /** The most loads that ran at once in each part. */
  readonly loads: readonly number[];
  /** Restarts in each part. */
  readonly restarts: readonly number[];
  /** Each replica by itself, where they are 24 at most. */
  readonly rows: readonly Row[];
}

/** As many replicas as a timeline shows one by one. */
const MOST_ROWS = 24;

interface Tracked {
  look: Look | null;
  readonly changes: [number, Look | null][];
  readonly restartsAt: number[];
}

/** Writes down what happened; sums over parts of time, so that a day takes as much room as a minute. */
export class Recorder {
  restarts = 0;
  backoffMs = 0;
  probes = 0;
  loadsStarted = 0;
  loading = 0;
  mostLoading = 0;
  /** The same in the last quarter of the time. */
  mostLoadingLate = 0;
  fewestReady: number | undefined;
  firstReadyMs: number | undefined;
  allReadyMs: number | undefined;
  readonly #untilMs: number;
  readonly #bucketMs: number;
  readonly #counts = new Map<Look, number>(LOOKS.map((look) => [look, 0]));
  readonly #sums = new Map<Look, Float64Array>(LOOKS.map((look) => [look, new Float64Array(BUCKETS)]));
  readonly #requests = new Map<Fate, Float64Array>(FATES.map((fate) => [fate, new Float64Array(BUCKETS)]));
  readonly #loads = new Float64Array(BUCKETS);
  readonly #restartsIn = new Float64Array(BUCKETS);
  readonly #replicas = new Map<number, Tracked>();
  readonly #wanted: number;
  #since = 0;

  constructor(untilMs: number, wanted: number) {
    this.#untilMs = untilMs;
    this.#bucketMs = untilMs / BUCKETS;
    this.#wanted = wanted;
  }

  look(replica: number, look: Look | null, now: number): void {
    const tracked = this.#trackedOf(replica);
    if (tracked.look === look) return;
    this.pass(now);
    if (tracked.look !== null) this.#count(tracked.look, -1);
    if (look !== null) this.#count(look, 1);
    tracked.look = look;
    const at = now / 1_000;
    if (tracked.changes.at(-1)?.[0] === at) tracked.changes.pop();
    if (this.#replicas.size <= MOST_ROWS) tracked.changes.push([at, look]);
  }

  restart(replica: number, now: number): void {
    this.restarts += 1;
    this.#add(this.#restartsIn, now, 1);
    if (this.#replicas.size <= MOST_ROWS) this.#trackedOf(replica).restartsAt.push(now / 1_000);
  }

  load(by: 1 | -1, now: number): void {
    this.#most(now);
    this.loading += by;
    if (by > 0) this.loadsStarted += 1;
    this.#most(now);
  }

  /** How many are in rotation now. */
  ready(count: number, now: number): void {
    if (count > 0) this.firstReadyMs ??= now;
    if (count >= this.#wanted) this.allReadyMs ??= now;
    if (this.allReadyMs !== undefined) this.fewestReady = Math.min(this.fewestReady ?? count, count);
  }

  /** So many requests per ms met this fate over a span of time. */
  flow(fate: Fate, perMs: number, fromMs: number, untilMs: number): void {
    const sums = this.#requests.get(fate);
    this.#each(fromMs, untilMs, (bucket, ms) => this.#addAt(sums, bucket, ms * perMs));
  }

  /** How many requests met this fate. */
  requestsOf(fate: Fate): number {
    return Math.round(this.#requests.get(fate)?.reduce((sum, count) => sum + count, 0) ?? 0);
  }

  pass(now: number): void {
    this.#each(this.#since, Math.min(now, this.#untilMs), (bucket, ms) => {
      for (const [look, count] of this.#counts) if (count > 0) this.#addAt(this.#sums.get(look), bucket, count * ms);
      this.#loads[bucket] = Math.max(this.#loads[bucket] ?? 0, this.loading);
    });
    this.#since = Math.max(this.#since, now);
  }

  timeline(): Timeline {
    const averages = (look: Look): readonly number[] =>
      [...(this.#sums.get(look) ?? [])].map((sum) => Math.round((sum / this.#bucketMs) * 100) / 100);
    const counts = (fate: Fate): readonly number[] =>
      [...(this.#requests.get(fate) ?? [])].map((count) => Math.round(count * 100) / 100);
    return {
      bucketSeconds: this.#bucketMs / 1_000,
      replicas: {
        fresh: averages("fresh"),
        stale: averages("stale"),
        out: averages("out"),
        stalled: averages("stalled"),
        loading: averages("loading"),
        backoff: averages("backoff"),
      },
      requests: {
        fresh: counts("fresh"),
        stale: counts("stale"),
        stalled: counts("stalled"),
        unloaded: counts("unloaded"),
        lost: counts("lost"),
        refused: counts("refused"),
      },
      loads: [...this.#loads],
      restarts: [...this.#restartsIn],
      rows:
        this.#replicas.size > MOST_ROWS
          ? []
          : [...this.#replicas]
              .sort(([one], [other]) => one - other)
              .map(([replica, { changes, restartsAt }]) => ({ replica, changes, restartsAt })),
    };
  }

  /** Cuts a span of time into the parts it touches. */
  #each(fromMs: number, untilMs: number, add: (bucket: number, ms: number) => void): void {
    for (let since = fromMs; since < untilMs;) {
      const bucket = this.#bucketOf(since);
      const until = bucket === BUCKETS - 1 ? untilMs : Math.min(untilMs, (bucket + 1) * this.#bucketMs);
      add(bucket, until - since);
      since = until;
    }
  }

  /** The part that an instant lies in; a rounding must not put it where it ends. */
  #bucketOf(now: number): number {
    const bucket = Math.floor(now / this.#bucketMs);
    return Math.min(BUCKETS - 1, (bucket + 1) * this.#bucketMs <= now ? bucket + 1 : bucket);
  }

  #trackedOf(replica: number): Tracked {
    const known = this.#replicas.get(replica);
    if (known) return known;
    const tracked: Tracked = { look: null, changes: [], restartsAt: [] };
    this.#replicas.set(replica, tracked);
    return tracked;
  }

  #count(look: Look, by: 1 | -1): void {
    this.#counts.set(look, (this.#counts.get(look) ?? 0) + by);
  }

  #most(now: number): void {
    this.pass(now);
    const bucket = this.#bucketOf(now);
    this.#loads[bucket] = Math.max(this.#loads[bucket] ?? 0, this.loading);
    this.mostLoading = Math.max(this.mostLoading, this.loading);
    if (now >= 0.75 * this.#untilMs) this.mostLoadingLate = Math.max(this.mostLoadingLate, this.loading);
  }

  #add(sums: Float64Array, now: number, by: number): void {
    this.#addAt(sums, this.#bucketOf(now), by);
  }

  #addAt(sums: Float64Array | undefined, bucket: number, by: number): void {
    if (sums) sums[bucket] = (sums[bucket] ?? 0) + by;
  }
}
