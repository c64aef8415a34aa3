import { LoadTally } from "./load-tally.ts";

/** The statuses of a replica in the timeline, the best first. */
export const REPLICA_STATUSES = ["fresh", "stale", "out", "stalled", "loading", "backoff"] as const;

/**
 * - `fresh`, `stale`: in rotation, with data of that age.
 * - `out`: has data and is not in rotation, because it is refused, draining, or not noticed yet.
 * - `stalled`: its event loop is blocked.
 * - `loading`: it runs and has no data yet.
 * - `backoff`: it waits in CrashLoopBackOff, or for its container to end.
 */
export type ReplicaStatus = (typeof REPLICA_STATUSES)[number];

/** The outcomes of requests, the best first. */
export const REQUEST_OUTCOMES = ["fresh", "stale", "stalled", "unloaded", "lost", "refused"] as const;

/**
 * - `fresh`, `stale`: answered, from data of that age.
 * - `stalled`: sent to a replica with a blocked event loop, and kept waiting.
 * - `unloaded`: sent to a replica without data, which a guard answers with 503.
 * - `lost`: sent to a replica that did not listen.
 * - `refused`: by the router, because it had no replica for them.
 */
export type RequestOutcome = (typeof REQUEST_OUTCOMES)[number];

/** The number of parts of a timeline. */
export const BUCKETS = 240;

/** The row of one replica: its status over time. `null` while the replica does not exist. */
export interface Row {
  /** Its number, from 0. Replicas of a deploy have higher numbers. */
  readonly replica: number;
  /** Pairs of a second and the status from then on. */
  readonly changes: readonly (readonly [fromSeconds: number, status: ReplicaStatus | null])[];
  /** The seconds of its restarts. */
  readonly restartsAt: readonly number[];
}

/** The results over time, in parts of equal length. */
export interface Timeline {
  /** The length of each part, in seconds. */
  readonly bucketSeconds: number;
  /** The average number of replicas in each state, for each part. */
  readonly replicas: { readonly [L in ReplicaStatus]: readonly number[] };
  /** The number of requests in each part, by outcome. */
  readonly requests: { readonly [F in RequestOutcome]: readonly number[] };
  /** The most loads at one time, in each part. */
  readonly loads: readonly number[];
  /** The number of restarts in each part. */
  readonly restarts: readonly number[];
  /** The row of each replica, if there are at most 24. */
  readonly rows: readonly Row[];
}

/** The most replicas with their own rows in a timeline. */
const MOST_ROWS = 24;

interface Tracked {
  status: ReplicaStatus | null;
  readonly changes: [number, ReplicaStatus | null][];
  readonly restartsAt: number[];
}

/** Records the results as sums over parts of the time. A long simulation needs no more memory than a short one. */
export class Recorder {
  restarts = 0;
  backoffMs = 0;
  probes = 0;
  /** Requests to a replica without data or listener, while another one in rotation could have answered. */
  avoidable = 0;
  mostLoading = 0;
  /** The same in the last quarter of the time. */
  mostLoadingLate = 0;
  fewestReady: number | undefined;
  firstReadyMs: number | undefined;
  allReadyMs: number | undefined;
  readonly #untilMs: number;
  readonly #bucketMs: number;
  /** The number of replicas with each status, in the order of `REPLICA_STATUSES`. */
  readonly #counts = REPLICA_STATUSES.map(() => 0);
  readonly #sums = REPLICA_STATUSES.map(() => new Float64Array(BUCKETS));
  /** In the order of `REQUEST_OUTCOMES`. */
  readonly #requests = REQUEST_OUTCOMES.map(() => new Float64Array(BUCKETS));
  readonly #loads = new Float64Array(BUCKETS);
  readonly #tally: LoadTally;
  readonly #restartsIn = new Float64Array(BUCKETS);
  readonly #replicas = new Map<number, Tracked>();
  readonly #wanted: number;
  #since = 0;
  #ready = 0;
  #fewest = 0;

  constructor(untilMs: number, wanted: number) {
    this.#untilMs = untilMs;
    this.#bucketMs = untilMs / BUCKETS;
    this.#wanted = wanted;
    this.#tally = new LoadTally(untilMs, BUCKETS, (most, fromMs, until) => this.#loadsRan(most, fromMs, until));
  }

  /** The number of started loads. */
  get loadsStarted(): number {
    return this.#tally.started;
  }

  setStatus(replica: number, status: ReplicaStatus | null, now: number): void {
    const tracked = this.#trackedOf(replica);
    if (tracked.status === status) return;
    this.advanceTo(now);
    if (tracked.status !== null) this.#count(tracked.status, -1);
    if (status !== null) this.#count(status, 1);
    tracked.status = status;
    const at = now / 1_000;
    if (tracked.changes.at(-1)?.[0] === at) tracked.changes.pop();
    if (this.#replicas.size <= MOST_ROWS) tracked.changes.push([at, status]);
  }

  restart(replica: number, now: number): void {
    this.restarts += 1;
    this.#addAt(this.#restartsIn, this.#bucketOf(now), 1);
    if (this.#replicas.size <= MOST_ROWS) this.#trackedOf(replica).restartsAt.push(now / 1_000);
  }

  /** Counts the begin or end of a load, now or later. */
  load(by: 1 | -1, at: number): void {
    this.#tally.add(by, at);
  }

  /** Declares that all loads before a time have been counted. */
  foldLoads(untilMs: number): void {
    this.#tally.fold(untilMs);
  }

  /** The number of replicas in rotation now. */
  ready(count: number, now: number): void {
    if (count > 0) this.firstReadyMs ??= now;
    if (count >= this.#wanted) this.allReadyMs ??= now;
    if (this.allReadyMs !== undefined) this.fewestReady = Math.min(this.fewestReady ?? count, count);
    this.#ready = count;
    this.#fewest = Math.min(this.#fewest, count);
  }

  /** Counts requests with an outcome over a span of time, by their number per ms. */
  flow(outcome: RequestOutcome, perMs: number, fromMs: number, untilMs: number): void {
    const sums = this.#requests[REQUEST_OUTCOMES.indexOf(outcome)];
    for (let since = fromMs; since < untilMs;) {
      const bucket = this.#bucketOf(since);
      const until = this.#endOf(bucket, untilMs);
      this.#addAt(sums, bucket, (until - since) * perMs);
      since = until;
    }
  }

  /** Returns the fewest replicas in rotation since the last call. */
  takeFewest(): number {
    const fewest = this.#fewest;
    this.#fewest = this.#ready;
    return fewest;
  }

  /** Returns the number of requests with an outcome. */
  requestsOf(outcome: RequestOutcome): number {
    return Math.round(this.#requests[REQUEST_OUTCOMES.indexOf(outcome)]?.reduce((sum, count) => sum + count, 0) ?? 0);
  }

  advanceTo(now: number): void {
    const last = Math.min(now, this.#untilMs);
    for (let since = this.#since; since < last;) {
      const bucket = this.#bucketOf(since);
      const until = this.#endOf(bucket, last);
      for (let index = 0; index < this.#counts.length; index += 1) {
        const count = this.#counts[index] ?? 0;
        if (count > 0) this.#addAt(this.#sums[index], bucket, count * (until - since));
      }
      since = until;
    }
    this.#since = Math.max(this.#since, now);
    if (now >= this.#untilMs) this.foldLoads(now);
  }

  #loadsRan(most: number, fromMs: number, untilMs: number): void {
    this.mostLoading = Math.max(this.mostLoading, most);
    if (untilMs > 0.75 * this.#untilMs) this.mostLoadingLate = Math.max(this.mostLoadingLate, most);
    const bucket = this.#bucketOf(fromMs);
    this.#loads[bucket] = Math.max(this.#loads[bucket] ?? 0, most);
  }

  timeline(): Timeline {
    const averages = (status: ReplicaStatus): readonly number[] =>
      [...(this.#sums[REPLICA_STATUSES.indexOf(status)] ?? [])].map(
        (sum) => Math.round((sum / this.#bucketMs) * 100) / 100,
      );
    const counts = (outcome: RequestOutcome): readonly number[] =>
      [...(this.#requests[REQUEST_OUTCOMES.indexOf(outcome)] ?? [])].map((count) => Math.round(count * 100) / 100);
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

  /** Returns the end of a part of the timeline, at most `untilMs`. The last part takes everything after it. */
  #endOf(bucket: number, untilMs: number): number {
    return bucket === BUCKETS - 1 ? untilMs : Math.min(untilMs, (bucket + 1) * this.#bucketMs);
  }

  /** Returns the part of a time. A rounding error must not select a part that ends at this time. */
  #bucketOf(now: number): number {
    const bucket = Math.floor(now / this.#bucketMs);
    return Math.min(BUCKETS - 1, (bucket + 1) * this.#bucketMs <= now ? bucket + 1 : bucket);
  }

  #trackedOf(replica: number): Tracked {
    let tracked = this.#replicas.get(replica);
    if (!tracked) this.#replicas.set(replica, (tracked = { status: null, changes: [], restartsAt: [] }));
    return tracked;
  }

  #count(status: ReplicaStatus, by: 1 | -1): void {
    const index = REPLICA_STATUSES.indexOf(status);
    this.#counts[index] = (this.#counts[index] ?? 0) + by;
  }

  #addAt(sums: Float64Array | undefined, bucket: number, by: number): void {
    if (sums) sums[bucket] = (sums[bucket] ?? 0) + by;
  }
}
