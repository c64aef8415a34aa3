import type { Clock } from "../time/clock.ts";
import { onAbort } from "../resource/on-abort.ts";
import type { DrivenResource } from "../resource/driver.ts";
import type { ReloadOptions } from "../resource/waiters.ts";

/** How often a request checks whether a load has ended, in ms. */
export const CHECK_MS = 25;

/**
 * Runs a load in this request, until it ends or another request takes it over. The request renews a lease, because a
 * platform may cancel or freeze its work without notice.
 */
export async function runLeasedLoad<T>(
  resource: DrivenResource<T>,
  leaseMs: number,
  reload: ReloadOptions | undefined,
): Promise<void> {
  const startedAt = resource.now();
  const ended = resource.startLoad(reload);
  const id = resource.slot.lastRun;
  if (ended && resource.slot.run?.id === id) await keepLease(resource, { id, ended, leaseMs });
  // A listener that calls unload() at every load must not block others.
  if (resource.slot.unloadedRun >= id && resource.now() - startedAt < CHECK_MS)
    await pauseFor(resource.clock, undefined);
}

interface Lease {
  readonly id: number;
  readonly ended: Promise<void>;
  readonly leaseMs: number;
}

async function keepLease<T>(resource: DrivenResource<T>, { id, ended, leaseMs }: Lease): Promise<void> {
  const lease = Math.min(leaseMs, resource.limits.timeout / 2);
  let isOver = false;
  let wake = (): void => {};
  void ended.then(() => {
    isOver = true;
    wake();
  });
  for (;;) {
    const { run: running } = resource.slot;
    if (isOver || running?.id !== id) return;
    const now = resource.now();
    // The lease is over, so the request was frozen, and its connections may be closed. The next request takes the load
    // over.
    if (now < running.leaseUntil) resource.slot.renewLease(id, now + lease);
    // Poll as often as the waiting requests do, because another request cannot wake this one.
    const pause = createPause(resource.clock, Math.min(CHECK_MS, lease / 2));
    wake = pause.cancel;
    await pause.over;
    // Only the timeout ends the load here. The next request handles an expired lease.
    if (resource.slot.run?.id === id && resource.slot.hasTimedOut(resource.clock)) resource.tick(resource.now());
  }
}

/** Waits for a load of another request, and ends that load if its request has ended. */
export async function watchLoad<T>(resource: DrivenResource<T>, signal: AbortSignal | undefined): Promise<void> {
  const { run: running } = resource.slot;
  const now = resource.now();
  if (running && (now >= running.leaseUntil || resource.slot.hasTimedOut(resource.clock))) resource.tick(now);
  else await pauseFor(resource.clock, signal);
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
