import type { Facts } from "../state/facts.ts";
import type { Clock } from "../time/clock.ts";
import type { CheckedGet } from "./check-call.ts";
import type { NotReadyError, NotReadyReason } from "./error.ts";
import type { Limits } from "./limits.ts";
import type { GetOptions } from "./resource.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ReloadOptions, WaitOptions } from "./waiters.ts";

/**
 * Starts loads and waits for them. There are two drivers. In the background driver, one timer starts the loads. In the
 * request driver (`onRequest()`), requests start them.
 *
 * @example
 * const driver: Driver = { kind: "background", probeWaitMs: 0, get: getInBackground, reload, whenReady };
 */
export interface Driver {
  /** The name of the mode. */
  readonly kind: "background" | "request";
  /** How long a probe waits for the loads that it starts, in ms. */
  readonly probeWaitMs: number;
  /** Waits for a value if `get()` cannot return one at once. */
  get<T>(resource: DrivenResource<T>, options: CheckedGet): Promise<T>;
  /** Waits for a load that starts after the call. */
  reload<T>(resource: DrivenResource<T>, options: ReloadOptions): Promise<Snapshot<T>>;
  /** Waits until readiness answers 200. */
  whenReady(group: ReadinessGroup, signal: AbortSignal | undefined): Promise<void>;
}

/** A load that has ended. */
export interface EndedRun {
  readonly id: number;
  /** Whether it failed, was rejected or timed out. */
  readonly isFailed: boolean;
  /** When it started, on the clock of the health. */
  readonly startedAt: number;
}

/** A running load, as a driver sees it. */
export interface DrivenRun {
  readonly id: number;
  /** In request mode, the end of the lease. The request of the load renews it. */
  leaseUntil: number;
  /** Called when the loader has ended, or was never called. */
  onEnded: (() => void) | undefined;
}

/** The slot of a resource, as a driver sees it. */
export interface DrivenSlot {
  /** When the next attempt starts. `Infinity` if none is planned. */
  readonly nextAttemptAt: number;
  /** The running load, if there is one. */
  readonly run: DrivenRun | undefined;
  /** The number of the run that started last; 0 before the first. */
  readonly lastRun: number;
  /** When that run started, on the clock of the health. */
  readonly lastStartedAt: number;
  /** The number of the last load that ended and was not given up. */
  readonly endedRun: number;
  /** The number of the last load that `unload()` aborted, or whose value it removed. */
  readonly unloadedRun: number;
  /** Whether the running load has taken longer than its timeout. */
  hasTimedOut(clock: Clock): boolean;
}

/** The health of a resource, as a driver sees it. */
export interface DrivenHost {
  readonly clock: Clock;
  /** Starts the health if it was not started. */
  begin(): void;
  /** The current time on the clock of the health. It also updates overdue counts. The overdue work runs later. */
  syncNow(): number;
}

/** A resource, as a driver sees it. */
export interface DrivenResource<T> {
  readonly name: string;
  readonly limits: Limits;
  readonly facts: Facts<T>;
  readonly host: DrivenHost;
  /** The running load, the numbers of earlier loads, and when the next one starts. */
  readonly slot: DrivenSlot;
  /** Whether the end of a load is printed now. Then the next load must not start at once. */
  readonly isPrinting: boolean;
  /** The current time on the clock of the health. */
  now(): number;
  /** Why a caller must not wait for a load any more. `undefined` if it may. */
  waitBlockedBy(): NotReadyReason | undefined;
  notReady(reason: NotReadyReason, cause?: unknown): NotReadyError;
  snapshot(): Snapshot<T>;
  /** Waits for the end of a load. In background mode it starts one if none is running. */
  wait<R>(how: WaitOptions, ask: (ended: EndedRun) => R | undefined): Promise<R>;
  /** Starts a load, unless one is running or none may start. */
  startLoad(reload: ReloadOptions | undefined): DrivenRun | undefined;
  /** Does the work after a load, such as saves. */
  flush(): Promise<unknown>;
  /** Ends the load if it has timed out, or if its request has ended. */
  tick(now: number): void;
}

/** The readiness that `whenReady()` waits for. The registry implements it. */
export interface ReadinessGroup {
  readonly clock: Clock;
  /** The current time on the clock of the health. */
  now(): number;
  /** Whether readiness answers 200. It starts the health and updates overdue counts. */
  isReady(): boolean;
  /** Why a caller must not wait any more. `undefined` if it may. */
  waitBlockedBy(): NotReadyReason | undefined;
  notReady(reason: NotReadyReason, cause?: unknown): NotReadyError;
  /** Waits until readiness has changed to 200. */
  wait(signal: AbortSignal | undefined): Promise<void>;
  readonly resources: readonly GroupResource[];
}

/** A resource of a health, as the request driver sees it. */
export interface GroupResource {
  readonly required: boolean;
  readonly facts: Facts<unknown>;
  readonly limits: Limits;
  readonly slot: Pick<DrivenSlot, "run" | "nextAttemptAt">;
  get(options: GetOptions): Promise<unknown>;
}
