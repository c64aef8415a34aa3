import type { Registry } from "../health/registry.ts";
import { MOST_TIMER_MS } from "../time/clock.ts";
import type { WatchCallLike } from "./call.ts";

/** The data that the watches read. */
export interface WatchSource {
  readonly registry: Registry;
  readonly statusOf: (service: string) => number;
  /** After how many ms time alone may change the status. */
  readonly changesIn: (service: string) => number;
}

/** One client that watches a service. */
interface Watch {
  readonly call: WatchCallLike;
  sent: number | undefined;
  clearTimer: () => void;
}

/** The clients that watch. All share one listener, which is removed after the last client has left. */
export class Watches {
  readonly #source: WatchSource;
  readonly #all = new Set<Watch>();
  #unsubscribe: (() => void) | undefined;

  constructor(source: WatchSource) {
    this.#source = source;
  }

  /** Sends the status to a client at once, and then each change. */
  add(call: WatchCallLike): void {
    const watch: Watch = { call, sent: undefined, clearTimer: () => {} };
    this.#all.add(watch);
    for (const event of ["cancelled", "close", "error"] as const) call.on(event, () => this.#remove(watch));
    this.#send(watch);
    const { registry } = this.#source;
    if (registry.phase === "closed") return this.endAll();
    this.#unsubscribe ??= registry.subscribe(() => this.#sendAll(), "part");
  }

  /** Ends every stream. */
  endAll(): void {
    for (const watch of this.#all) {
      this.#remove(watch);
      watch.call.end();
    }
  }

  #remove(watch: Watch): void {
    watch.clearTimer();
    this.#all.delete(watch);
    if (this.#all.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  #sendAll(): void {
    for (const watch of this.#all) this.#send(watch);
    if (this.#source.registry.phase === "closed") this.endAll();
  }

  #send(watch: Watch): void {
    const { service } = watch.call.request;
    const status = this.#source.statusOf(service);
    if (status !== watch.sent) watch.call.write({ status });
    watch.sent = status;
    watch.clearTimer();
    const waitMs = this.#source.changesIn(service);
    if (waitMs === Infinity) return;
    watch.clearTimer = this.#source.registry.clock.setTimer(
      () => this.#send(watch),
      Math.min(waitMs, MOST_TIMER_MS),
      false,
    );
  }
}
