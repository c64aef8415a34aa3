import type { Clock } from "../resource/clock.ts";
import type { Core } from "../resource/core.ts";

/** How often a request looks whether a load has ended, in ms. */
const LOOK_MS = 25;

/** A resource that requests drive. Its runs are numbered, so that who only watches can tell them apart. */
export interface Driven<T> {
  readonly core: Core<T>;
  /** The number of the run that started last, and when it did. */
  started: number;
  startedAt: number;
  /** The number of the last one that succeeded or failed: it was not lost with its request. */
  ended: number;
  /** The number of the last one that `unload()` took away, or what it had brought. */
  dropped: number;
  /** The number of the run that `reload()` asked for. */
  forced: number;
}

/** Runs a load in this request, until it is over or another's. */
export async function own<T>(driven: Driven<T>, leaseMs: number): Promise<void> {
  const { clock, now } = driven.core.host;
  const at = (driven.startedAt = now());
  const run = ++driven.started;
  await keep(driven.core, run === driven.forced, leaseMs);
  // Whoever unloads at every load must leave others time.
  if (driven.dropped >= run && now() - at < LOOK_MS) await look(clock, undefined);
}

/** Starts a load, keeps its lease, and ends it at `timeout`. */
async function keep<T>(core: Core<T>, forced: boolean, leaseMs: number): Promise<void> {
  const { host, limits } = core;
  const settled = core.start(forced);
  const { active } = core;
  if (!settled || !active) return;
  const timeoutAt = active.deadline;
  const lease = Math.min(leaseMs, limits.timeout / 2);
  let over = false;
  let wake = (): void => {};
  void settled.then(() => {
    over = true;
    wake();
  });
  while (!over && core.active === active) {
    const now = host.now();
    // Past its lease it was frozen, and what it waits for may be dead: the next request takes it over.
    if (now < active.deadline) active.deadline = Math.min(timeoutAt, now + lease);
    host.update(core, now);
    // As often as those who only watch: whoever unloads or closes may be another request, which wakes nobody here.
    const pause = createPause(host.clock, Math.min(LOOK_MS, lease / 2));
    wake = pause.cancel;
    await pause.over;
    if (core.active === active && host.now() >= timeoutAt) core.tick(host.now());
  }
}

/** Another request's load: over, or given up by a request that was cancelled. */
export async function watch<T>(core: Core<T>, signal: AbortSignal | undefined): Promise<void> {
  const { host, active } = core;
  if (active && host.now() >= active.deadline) core.tick(host.now());
  else await look(host.clock, signal);
}

/** The time between two looks, or less where the signal aborts. */
export async function look(clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  const pause = createPause(clock, LOOK_MS);
  signal?.addEventListener("abort", pause.cancel);
  await pause.over;
  signal?.removeEventListener("abort", pause.cancel);
}

/** Over with the promise, or as soon as the signal aborts. */
export async function unlessAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return promise;
  let abort: () => void = () => {};
  const aborted = new Promise<void>((resolve) => {
    abort = resolve;
    if (signal.aborted) resolve();
    signal.addEventListener("abort", abort);
  });
  await Promise.race([promise, aborted]);
  signal.removeEventListener("abort", abort);
}

/** A timer as a promise that can be cut short. */
function createPause(clock: Clock, ms: number): { readonly over: Promise<void>; readonly cancel: () => void } {
  let cancel: () => void = () => {};
  const over = new Promise<void>((resolve) => {
    const stop = clock.setTimer(resolve, Math.ceil(ms), true);
    cancel = () => {
      stop();
      resolve();
    };
  });
  return { over, cancel };
}
