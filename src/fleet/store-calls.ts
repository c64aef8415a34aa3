import { toSafeText } from "../option/invalid-option.ts";
import type { Clock } from "../time/clock.ts";
import type { Scheduled } from "../time/scheduler.ts";

/** The store counts as gone after this many failed calls in a row. */
const GONE_AFTER = 3;

/** The callbacks of the replica. */
export interface CallsHost {
  readonly clock: Clock;
  now(): number;
  schedule(entry: Scheduled, at: number): void;
  /** The store is gone or back. */
  storeChanged(reason: string | undefined): void;
  /** The previous call has settled, so the next one can be sent. */
  free(): void;
}

/** A call that waits or was sent. */
interface Call {
  readonly send: () => PromiseLike<unknown>;
  /** A monotonic time. */
  readonly dueAt: number;
  end(answer: { readonly value: unknown } | undefined): void;
}

/**
 * The calls of one replica to its store. Only one call runs at a time, because an abandoned call may still take effect
 * later. An answer after `withinMs` counts as a failed call and is ignored.
 */
export class StoreCalls implements Scheduled {
  at: number = Infinity;
  place = -1;
  readonly #host: CallsHost;
  readonly #withinMs: number;
  /** The call that has not settled yet. */
  #sent: Call | undefined;
  readonly #waiting: Call[] = [];
  /** The calls with a waiting caller, the earliest first. */
  #open: Call[] = [];
  #failures = 0;
  readonly #ttlMs: number;
  /** The monotonic time since which no call has failed. */
  #steadySince = Infinity;
  /** The monotonic time of the first failure after a `ttl` without one, or of the last return of the store. */
  #troubledSince = Infinity;

  constructor(host: CallsHost, withinMs: number, ttlMs: number) {
    this.#host = host;
    this.#withinMs = withinMs;
    this.#ttlMs = ttlMs;
  }

  /** Whether a call is running. */
  get isBusy(): boolean {
    return this.#sent !== undefined;
  }

  get isGone(): boolean {
    return this.#failures >= GONE_AFTER;
  }

  /**
   * Whether the store may have dropped replicas, because a call of the last `ttl` failed, or none was answered yet.
   *
   * @param mostMs after this time, failures no longer count. A bad connection may fail now and then for ever.
   */
  mayMissReplicas(mostMs: number): boolean {
    const now = this.#host.clock.monotonic();
    const isSteady = now - this.#steadySince >= this.#ttlMs;
    // At least two `ttl`, because the first `ttl` after an outage must count, even if `mostMs` is short.
    return !isSteady && now - this.#troubledSince < Math.max(mostMs, 2 * this.#ttlMs);
  }

  /**
   * Calls the store after the running call. Returns `undefined` if the call fails or takes longer than `within`.
   */
  call<R>(send: () => PromiseLike<R>): Promise<R | undefined> {
    return new Promise((resolve) => {
      const call: Call = {
        send,
        dueAt: this.#host.clock.monotonic() + this.#withinMs,
        // SAFETY: the value is the result of `send`.
        end: (answer) => resolve(answer && (answer.value as R)),
      };
      this.#open.push(call);
      this.#waiting.push(call);
      this.#sendNext();
      this.#schedule();
    });
  }

  /** Counts a due beat that could not be sent. */
  missed(): void {
    this.#failed("the store has not answered the previous call");
  }

  #sendNext(): void {
    if (this.#sent) return;
    const call = this.#waiting.shift();
    if (!call) return this.#host.free();
    this.#sent = call;
    void this.#run(call);
  }

  async #run(call: Call): Promise<void> {
    let answer: { readonly value: unknown } | undefined;
    let reason = "the answer came too late";
    try {
      answer = { value: await call.send() };
    } catch (error) {
      reason = toSafeText(error instanceof Error ? error.message : error);
    }
    this.#sent = undefined;
    if (this.#open.includes(call)) {
      const isInTime = this.#host.clock.monotonic() <= call.dueAt;
      this.#end(call, isInTime ? answer : undefined, reason);
    }
    this.#sendNext();
  }

  #end(call: Call, answer: { readonly value: unknown } | undefined, reason: string): void {
    this.#open = this.#open.filter((one) => one !== call);
    const place = this.#waiting.indexOf(call);
    if (place >= 0) this.#waiting.splice(place, 1);
    if (answer) {
      const wasGone = this.isGone;
      this.#failures = 0;
      this.#steadySince = Math.min(this.#steadySince, this.#host.clock.monotonic());
      if (wasGone) {
        this.#troubledSince = this.#host.clock.monotonic();
        this.#host.storeChanged(undefined);
      }
    } else this.#failed(reason);
    call.end(answer);
    this.#schedule();
  }

  #failed(reason: string): void {
    const now = this.#host.clock.monotonic();
    if (this.#troubledSince === Infinity || now - this.#steadySince >= this.#ttlMs) this.#troubledSince = now;
    this.#failures++;
    this.#steadySince = Infinity;
    if (this.#failures === GONE_AFTER) this.#host.storeChanged(reason);
  }

  #schedule(): void {
    const now = this.#host.now();
    this.#host.schedule(this, this.#open[0] ? now + Math.max(0, this.#leftMs) : Infinity);
  }

  /** Returns in how many ms the first call is too late. An answer exactly at `within` is in time, so 1 ms is added. */
  get #leftMs(): number {
    const [first] = this.#open;
    return first ? Math.floor(first.dueAt - this.#host.clock.monotonic()) + 1 : Infinity;
  }

  poll(now: number): number {
    // A late call waits for the next tick.
    return this.#leftMs > 0 ? now + this.#leftMs : Infinity;
  }

  tick(): void {
    const now = this.#host.clock.monotonic();
    for (const call of this.#open.filter(({ dueAt }) => dueAt < now))
      this.#end(call, undefined, "the store did not answer in time");
    this.#schedule();
  }
}
