import { ageOf } from "../state/freshness.ts";
import type { CheckedGet } from "./check-call.ts";
import type { Driver, DrivenResource, EndedRun, ReadinessGroup } from "./driver.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ReloadOptions } from "./waiters.ts";

/** Starts the loads with one timer. It keeps the process alive only while a caller waits. */
export const backgroundDriver: Driver = {
  kind: "background",
  probeWaitMs: 0,
  get,
  reload,
  whenReady,
};

/** Returns the first value that is young enough: the current one, or that of a load. */
async function get<T>(resource: DrivenResource<T>, { maxAge, signal }: CheckedGet): Promise<T> {
  resource.host.begin();
  const now = resource.host.syncNow();
  const before = resource.slot.lastRun;
  const young = (startedAt: number): T | undefined => {
    const { held } = resource.facts;
    return held && ageOf(held, startedAt) <= maxAge ? held.value : undefined;
  };
  const value = young(now);
  if (value !== undefined) return value;
  const { failures, lastError, notBefore } = resource.facts;
  const isBackingOff = (failures > 0 || now < (notBefore ?? now)) && now < resource.slot.nextAttemptAt;
  if (isBackingOff && !resource.slot.run && !resource.waitBlockedBy())
    throw resource.notReady("failed", lastError?.error);
  return resource.wait({ signal }, (ended) => {
    if (ended.isFailed) throw resource.notReady("failed", resource.facts.lastError?.error);
    // A load that started after the call answers it, even if the load took longer than `maxAge`.
    const isAfterCall = ended.id > before;
    const given = young(isAfterCall ? ended.startedAt : resource.now());
    if (given === undefined && isAfterCall) throw resource.notReady("stale");
    return given;
  });
}

async function reload<T>(resource: DrivenResource<T>, options: ReloadOptions): Promise<Snapshot<T>> {
  resource.host.begin();
  const before = resource.slot.lastRun;
  return resource.wait({ reload: options }, (ended: EndedRun) => {
    if (ended.id <= before) return undefined;
    // An unchanged() of the rejected revision keeps the error, because there is no new value.
    const { lastError } = resource.facts;
    if (lastError) throw lastError.error;
    return resource.snapshot();
  });
}

async function whenReady(group: ReadinessGroup, signal: AbortSignal | undefined): Promise<void> {
  if (group.isReady()) return;
  const blocked = group.waitBlockedBy();
  if (blocked) throw group.notReady(blocked);
  await group.wait(signal);
}
