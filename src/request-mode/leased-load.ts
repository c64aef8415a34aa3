import type { Clock } from "../time/clock.ts";
import { onAbort } from "../resource/on-abort.ts";
import type { DrivenResource, DrivenRun } from "../resource/driver.ts";
import type { ReloadOptions } from "../resource/waiters.ts";

/** How often a request checks whether a load has ended, in ms. */
export const CHECK_MS = 25;

/** The load that a `reload()` waits for, by resource. */
const asked: WeakMap<object, { readonly run: number; readonly how: ReloadOptions }> = /* @__PURE__ */ new WeakMap();

/** Marks the next load as one for `reload()`. Any request may start it. */
export function askForReload<T>(resource: DrivenResource<T>, how: ReloadOptions): void {
  asked.set(resource, { run: resource.slot.lastRun + 1, how });
}

/**
 * Runs a load in this request, until it ends or another request takes it over. The request renews a lease, because a
 * platform may cancel or freeze its work without notice.
 */
export async function runLeasedLoad<T>(
  resource: DrivenResource<T>,
  leaseMs: number,
  reload: ReloadOptions | undefined,
): Promise<void> {
  const { slot } = resource;
  const startedAt = resource.now();
  const next = asked.get(resource);
  const run = resource.startLoad(reload ?? (next?.run === slot.lastRun + 1 ? next.how : undefined));
  const id = slot.lastRun;
  if (run) await keepLease(resource, run, leaseMs);
  // A listener that calls unload() at every load must not block others.
  if (slot.unloadedRun >= id && resource.now() - startedAt < CHECK_MS) await pauseFor(resource.host.clock, undefined);
}

async function keepLease<T>(resource: DrivenResource<T>, run: DrivenRun, leaseMs: number): Promise<void> {
  const { slot, host } = resource;
  const { clock } = host;
  const lease = Math.min(leaseMs, resource.limits.timeout / 2);
  let isOver = false;
  let wake = (): void => {};
  run.onEnded = () => {
    isOver = true;
    wake();
  };
  while (!isOver && slot.run === run) {
    const now = resource.now();
    // If the lease is over, the request was frozen, and its connections may be closed. Then the next request takes
    // over.
    if (now < run.leaseUntil) run.leaseUntil = now + lease;
    // Poll as often as the waiting requests do, because another request cannot wake this one.
    const pause = createPause(clock, Math.min(CHECK_MS, lease / 2));
    wake = pause.cancel;
    await pause.over;
    // Only the timeout ends the load here. The next request handles an expired lease.
    if (slot.run === run && slot.hasTimedOut(clock)) resource.tick(resource.now());
  }
}

/** Waits for a load of another request, and ends that load if its request has ended. */
export async function watchLoad<T>(resource: DrivenResource<T>, signal: AbortSignal | undefined): Promise<void> {
  const { run: running } = resource.slot;
  const now = resource.now();
  if (running && (now >= running.leaseUntil || resource.slot.hasTimedOut(resource.host.clock))) resource.tick(now);
  else await pauseFor(resource.host.clock, signal);
}

/** Waits for the time between two checks, or until the signal aborts. */
export async function pauseFor(clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  const pause = createPause(clock, CHECK_MS);
  const unwatch = signal && onAbort(signal, pause.cancel);
  await pause.over;
  unwatch?.();
}

/** Waits for the promise, or until the signal aborts. */
export async function unlessAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return promise;
  let unwatch = (): void => {};
  const aborted = new Promise<void>((resolve) => {
    unwatch = onAbort(signal, resolve);
  });
  await Promise.race([promise, aborted]);
  unwatch();
}

/** A timer as a promise that can be ended early. */
function createPause(clock: Clock, ms: number): { readonly over: Promise<void>; readonly cancel: () => void } {
  let cancel = (): void => {};
  const over = new Promise<void>((resolve) => {
    const stop = clock.setTimer(resolve, Math.ceil(ms), true);
    cancel = () => {
      stop();
      resolve();
    };
  });
  return { over, cancel };
}
