import type { Phase } from "../resource/host.ts";
import type { Clock } from "../time/clock.ts";
import type { Scheduled } from "../time/scheduler.ts";

/** The functions of a health that a heartbeat calls. */
export interface HeartbeatHost {
  readonly clock: Clock;
  readonly phase: Phase;
  /** Schedules the heartbeat, so that an event is sent when it is overdue. */
  readonly scheduler: { put(heartbeat: Scheduled, at: number): void };
  now(): number;
  /** Liveness may have changed. */
  livenessChanged(): void;
}

/** One heartbeat. Only monotonic time counts, because a false alarm of liveness restarts the process. */
export class Heartbeat implements Scheduled {
  at: number = Infinity;
  place = -1;
  readonly #host: HeartbeatHost;
  readonly #withinMs: number;
  /** `Infinity` before the first beat, and after the end. */
  #lastBeatAt = Infinity;
  #isEnded = false;

  constructor(host: HeartbeatHost, withinMs: number) {
    this.#host = host;
    this.#withinMs = withinMs;
  }

  /** It is never overdue before its first beat. */
  get isOverdue(): boolean {
    return this.#host.clock.monotonic() - this.#lastBeatAt > this.#withinMs;
  }

  beat(): void {
    if (this.#isEnded || this.#host.phase === "closed") return;
    const { isOverdue } = this;
    this.#lastBeatAt = this.#host.clock.monotonic();
    // While it is scheduled, the tick schedules it again. So a beat only reads the clock.
    if (this.place < 0) this.#host.scheduler.put(this, this.poll(this.#host.now()));
    if (isOverdue) this.#host.livenessChanged();
  }

  /** It counts no more, and a later beat does nothing. */
  end(): void {
    this.#isEnded = true;
    this.#lastBeatAt = Infinity;
    this.#host.scheduler.put(this, Infinity);
    this.#host.livenessChanged();
  }

  poll(now: number): number {
    if (this.isOverdue) return Infinity;
    const leftMs = this.#lastBeatAt + this.#withinMs - this.#host.clock.monotonic();
    // It is overdue only after `within`, so one ms is added.
    return now + Math.max(0, Math.floor(leftMs)) + 1;
  }

  tick(now: number): void {
    this.#host.scheduler.put(this, this.poll(now));
    if (this.isOverdue) this.#host.livenessChanged();
  }
}
