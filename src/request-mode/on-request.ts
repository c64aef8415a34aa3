import { RANKS, rankOf } from "../health/rank.ts";
import { callSafely, handled } from "../option/call-safely.ts";
import { checkOptions } from "../option/check-options.ts";
import { toMs, type Duration } from "../option/duration.ts";
import type { CheckedGet } from "../resource/check-call.ts";
import type { Driver, DrivenResource, ReadinessGroup } from "../resource/driver.ts";
import type { GetOptions } from "../resource/resource.ts";
import type { Snapshot } from "../resource/snapshot.ts";
import type { ReloadOptions } from "../resource/waiters.ts";
import { ageOf } from "../state/freshness.ts";
import { askForReload, pauseFor, runLeasedLoad, unlessAborted, watchLoad } from "./leased-load.ts";

/** The options of request mode. */
export interface OnRequestOptions {
  /**
   * A load runs in the request that started it. A platform may freeze or end that request without notice. If the
   * request has not run for this long, the next request starts the load again. Set this longer than a loader may block
   * the thread. A lease of more than half of `timeout` counts as half of `timeout`.
   * @default "5s"
   */
  readonly lease?: Duration;
  /**
   * How long a probe waits for the loads that it starts.
   * @default 0
   */
  readonly probeWait?: Duration;
}

/**
 * Request mode, for platforms that stop timers between requests: `createHealth({ refresh: onRequest() })`. Requests
 * start the loads. If a refresh is due, a request uses the current value, and refreshes it through `waitUntil`. If the
 * value is older than `refuseAfter`, the request waits for the refresh. Without a value, the request loads it.
 *
 * @throws TypeError for a wrong option
 * @example
 * const health = createHealth({ refresh: onRequest() });
 */
export function onRequest(options: OnRequestOptions = {}): Driver {
  const { lease = "5s", probeWait = 0 } = checkOptions("onRequest()", options, [], ["lease", "probeWait"]);
  const leaseMs = toMs("lease", lease, 1);
  return {
    kind: "request",
    probeWaitMs: toMs("probeWait", probeWait, 0),
    get: (resource, how) => get(resource, leaseMs, how),
    reload: (resource, how) => reload(resource, leaseMs, how),
    whenReady,
  };
}

/** Runs a load in this request. `where` says whether it may continue after the response. */
async function load<T>(
  resource: DrivenResource<T>,
  leaseMs: number,
  { signal, waitUntil }: GetOptions,
  where: "before-answer" | "behind-answer",
): Promise<void> {
  const running = handled(runLeasedLoad(resource, leaseMs, undefined));
  let isKept = false;
  if (waitUntil)
    callSafely(() => {
      // Include the work after the load, such as a save.
      const given: unknown = waitUntil(running.then(() => resource.flush()));
      isKept = true;
      return given;
    });
  // The caller stops waiting. The load continues.
  if (!(where === "behind-answer" && isKept)) await unlessAborted(running, signal);
}

/** Returns a value that is not older than `maxAge`, or rejects with the reason. */
async function get<T>(resource: DrivenResource<T>, leaseMs: number, how: CheckedGet): Promise<T> {
  const { maxAge, signal } = how;
  resource.host.begin();
  const { limits } = resource;
  const atCall = resource.slot.lastRun;
  // No planned refresh starts sooner than this after the last start. A load that started before a freeze is too old.
  const isRecent = (): boolean =>
    resource.now() - resource.slot.lastStartedAt < Math.min(limits.refreshEvery, limits.refuseAfter) / 2;
  // A load that was already running is no answer to a caller with `maxAge`. It is an answer to other callers.
  const before = maxAge === Infinity && isRecent() ? resource.slot.endedRun : atCall;
  let isTried = false;
  for (;;) {
    const now = resource.host.syncNow();
    const { held, failures, lastError, notBefore } = resource.facts;
    const isDue = !resource.slot.run && now >= resource.slot.nextAttemptAt;
    // A load that started after the call answers it, even if it took long. The age is judged at its start.
    const isAfterCall = resource.slot.endedRun > atCall && failures === 0;
    const judgedAt = isAfterCall ? Math.min(now, resource.slot.lastStartedAt) : now;
    const isYoung = held !== undefined && ageOf(held, judgedAt) <= maxAge;
    if (held && isYoung && ageOf(held, now) <= limits.refuseAfter) {
      if (!isDue || isTried) return held.value;
      await load(resource, leaseMs, how, "behind-answer");
      const { held: after } = resource.facts;
      if (after && ageOf(after, resource.now()) <= maxAge) return after.value;
      // After an unload() the next load answers.
      isTried = after !== undefined;
      continue;
    }
    // During a back-off, or after a load whose value is already old.
    const isEarly =
      !resource.slot.run && !isDue && (failures > 0 || now < (notBefore ?? now) || (isYoung && isRecent()));
    const blocked = resource.waitBlockedBy();
    if (isTried || isEarly || blocked || signal?.aborted) {
      // Past refuseAfter, the value is only used if a load returned no younger one. `maxAge` of the caller still
      // applies.
      if (held && isYoung && !signal?.aborted) return held.value;
      if (signal?.aborted) throw resource.notReady("aborted", signal.reason);
      if (blocked) throw resource.notReady(blocked);
      // A load that confirmed nothing keeps the last error, and did not fail.
      const isFailed = lastError !== undefined && !(isAfterCall && held);
      throw isFailed ? resource.notReady("failed", lastError.error) : resource.notReady("stale");
    }
    if (resource.slot.run) {
      await watchLoad(resource, signal);
      isTried = resource.slot.endedRun > Math.max(before, resource.slot.unloadedRun);
    } else {
      const next = resource.slot.lastRun + 1;
      await load(resource, leaseMs, how, "before-answer");
      // After an unload() the next load answers.
      isTried = resource.slot.unloadedRun < next;
    }
  }
}

async function reload<T>(resource: DrivenResource<T>, leaseMs: number, how: ReloadOptions): Promise<Snapshot<T>> {
  resource.host.begin();
  for (const before = resource.slot.lastRun; resource.slot.endedRun <= before;) {
    // The next load is for all waiting requests. If its request ends, the load after it answers.
    askForReload(resource, how);
    // A `console.warn` of the user may call reload() at each failure. Such loads must not block others.
    if (resource.slot.run || resource.isPrinting) await watchLoad(resource, undefined);
    else {
      const blocked = resource.waitBlockedBy();
      if (blocked) throw resource.notReady(blocked);
      await runLeasedLoad(resource, leaseMs, how);
    }
  }
  const { lastError } = resource.facts;
  if (lastError) throw lastError.error;
  return resource.snapshot();
}

async function whenReady(group: ReadinessGroup, signal: AbortSignal | undefined): Promise<void> {
  while (!group.isReady()) {
    const blocked = signal?.aborted ? "aborted" : group.waitBlockedBy();
    if (blocked) throw group.notReady(blocked, signal?.reason);
    const now = group.now();
    for (const { required, facts, limits, slot, get } of group.resources) {
      const isBlocking = required && RANKS[rankOf(facts, now, limits)].outcome !== "ok";
      // Without the signal, because the signal already ends the pause.
      if (isBlocking && now >= (slot.run?.leaseUntil ?? slot.nextAttemptAt)) void get({ maxAge: 0 });
    }
    await pauseFor(group.clock, signal);
  }
}
