import type { Registry } from "../health/registry.ts";
import { callSafely } from "../option/call-safely.ts";
import type { HealthEvent } from "../resource/event.ts";
import { MOST_TIMER_MS } from "../time/clock.ts";
import type { WatchCallLike } from "./call.ts";
import { SERVING_STATUS } from "./service.ts";

/** The data that the watches read. */
export interface WatchSource {
  readonly registry: Registry;
  readonly statusOf: (service: string) => number;
  /** After how many ms time alone may change the status. */
  readonly changesIn: (service: string) => number;
  /** Whether an event of a resource with that name may change the status of the service. */
  readonly dependsOn: (service: string, resource: string) => boolean;
}

/** One client that watches a service. */
interface Watch {
  readonly call: WatchCallLike;
  sent: number | undefined;
}

/** The clients that watch one service. They share its status and its timer. */
interface Watched {
  readonly service: string;
  readonly clients: Set<Watch>;
  clearTimer: () => void;
}

/** The clients that watch. All share one listener, which is removed after the last client has left. */
export class Watches {
  readonly #source: WatchSource;
  readonly #byService = new Map<string, Watched>();
  #unsubscribe: (() => void) | undefined;

  constructor(source: WatchSource) {
    this.#source = source;
  }

  /** Sends the status to a client at once, and then each change. */
  add(call: WatchCallLike): void {
    const { service } = call.request;
    const watch: Watch = { call, sent: undefined };
    const watched = this.#byService.get(service) ?? { service, clients: new Set(), clearTimer: () => {} };
    this.#byService.set(service, watched);
    watched.clients.add(watch);
    for (const event of ["cancelled", "close", "error"] as const) call.on(event, () => this.#remove(watched, watch));
    send(watch, this.#source.statusOf(service));
    if (watched.clients.size === 1) this.#plan(watched);
    const { registry } = this.#source;
    if (registry.phase === "closed") return this.endAll();
    this.#unsubscribe ??= registry.subscribe((event) => this.#hear(event), "part");
  }

  /**
   * Ends every stream, because the server stops. The clients of a known service are told NOT_SERVING first. The clients
   * of an unknown service are told nothing.
   */
  endAll(): void {
    for (const watched of this.#byService.values())
      for (const watch of watched.clients) {
        this.#remove(watched, watch);
        if (watch.sent !== SERVING_STATUS.SERVICE_UNKNOWN) send(watch, SERVING_STATUS.NOT_SERVING);
        callSafely(() => watch.call.end());
      }
  }

  #remove(watched: Watched, watch: Watch): void {
    watched.clients.delete(watch);
    if (watched.clients.size > 0 || this.#byService.get(watched.service) !== watched) return;
    watched.clearTimer();
    this.#byService.delete(watched.service);
    if (this.#byService.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  #hear(event: HealthEvent): void {
    // A closed health has no resource any more, which would then be unknown.
    if (this.#source.registry.phase === "closed") return this.endAll();
    const about = "snapshot" in event ? event.name : undefined;
    for (const watched of this.#byService.values())
      if (about === undefined || this.#source.dependsOn(watched.service, about)) this.#sendAll(watched);
  }

  #sendAll(watched: Watched): void {
    const status = this.#source.statusOf(watched.service);
    for (const watch of watched.clients) send(watch, status);
    this.#plan(watched);
  }

  #plan(watched: Watched): void {
    watched.clearTimer();
    watched.clearTimer = () => {};
    const waitMs = this.#source.changesIn(watched.service);
    if (waitMs === Infinity) return;
    watched.clearTimer = this.#source.registry.clock.setTimer(
      () => this.#sendAll(watched),
      Math.min(waitMs, MOST_TIMER_MS),
      false,
    );
  }
}

/** A stream that is broken must not keep the others from their message. */
function send(watch: Watch, status: number): void {
  if (status === watch.sent) return;
  watch.sent = status;
  callSafely(() => watch.call.write({ status }));
}
