/**
 * Loads the data that a service keeps in memory, refreshes it, and answers every health check from its true state.
 *
 * Begin with {@linkcode createHealth}. `health.resource()` creates a resource: one value that the service keeps in
 * memory. Three probes report the state of all resources. Each platform has its own entry, such as `health-state/node`.
 *
 * @module
 * @example
 * const health = createHealth();
 * const rates = health.resource("rates", { load: () => ({ USD: 1.08 }), refreshEvery: "30s" });
 * health.start();
 * const response = health.fetch(new Request("http://localhost/status"));
 */
export { createHealth, type CheckOptions, type Health, type HealthOptions } from "./handler/health.ts";
export { isProbe } from "./handler/is-probe.ts";
export { toResponse } from "./handler/response.ts";
export { NOT_FOUND, type Answer } from "./answer/answer.ts";
export { deprecated, type Deprecation } from "./answer/deprecated.ts";
export { details, type Details, type DetailsAccess } from "./details/details.ts";
export { createGuard, type Guard, type GuardOptions } from "./answer/guard.ts";
export { PATHS, zPages, type MarkedPath, type PathOption, type Paths, type Probe } from "./answer/paths.ts";
export { WORDS, type Words } from "./answer/words.ts";
export { disableHeartbeats, heartbeat, type Beat, type HeartbeatOptions } from "./health/create-heartbeat.ts";
export type { FleetRecord } from "./health/health-part.ts";
export type { ProbeOutcome } from "./health/verdict.ts";
export type { HealthSnapshot, ProbeRecord } from "./handler/health-snapshot.ts";
export { onRequest, type OnRequestOptions } from "./request-mode/on-request.ts";
export { matchAndRefresh, refreshDue } from "./request-mode/refresh-due.ts";
export { singleton } from "./singleton/singleton.ts";
export { openapi, type OpenApiPaths } from "./openapi/openapi.ts";
export type { Clock } from "./time/clock.ts";
export type { Driver } from "./resource/driver.ts";
export { isNotReady, NotReadyError, type NotReadyNote, type NotReadyReason } from "./resource/error.ts";
export type {
  DrainEvent,
  FleetEvent,
  HealthEvent,
  HealthListener,
  ProbeEvent,
  ResourceEvent,
  ResourceListener,
} from "./resource/event.ts";
export type { ReloadOptions } from "./resource/waiters.ts";
export type { LoadOutcome } from "./state/transition.ts";
export type { ResourceRecord, Snapshot } from "./resource/snapshot.ts";
export { borrow, type Lease } from "./resource/lease.ts";
export type {
  DataOnly,
  LoadContext,
  Loader,
  LoadResult,
  Rejection,
  ResourceLimits,
  ResourceOptions,
  Validate,
} from "./resource/options.ts";
export {
  loaded,
  unchanged,
  type Loaded,
  type LoadedNote,
  type LoadNote,
  type Unchanged,
  type UnchangedNote,
} from "./resource/outcome.ts";
export { retryLater, type RetryLater } from "./resource/retry-later.ts";
export type { GetOptions, Resource, WaitUntil } from "./resource/resource.ts";
export { byVersion, type ByVersionOptions } from "./source/by-version.ts";
export { SourceError, type SourceErrorKind, type SourceErrorNote } from "./source/source-error.ts";
export type { Version, VersionedLoader } from "./source/versioned-loader.ts";
export { createStore, type Store } from "./store/create-store.ts";
export { createGate, type AskGate, type Gate, type GateAsk } from "./gate/gate.ts";
export { limitLoads } from "./gate/limit-loads.ts";
export { hints, type HintsOptions } from "./hint/hints.ts";
export type { HintSubscription, SubscribeHints } from "./hint/subscribe-hints.ts";
export type { PartEventType, PartResult } from "./resource/event.ts";
export type { RestoreOutcome, RestoreRecord } from "./resource/part-notes.ts";
export { seed, type SeedOptions } from "./store/seed.ts";
export {
  StoreError,
  type Codec,
  type Ignored,
  type Restored,
  type Saved,
  type Skipped,
  type Stamps,
  type StoreActions,
  type StoreContext,
  type Stored,
  type StoreRecord,
} from "./store/store.ts";
export { atMost } from "./validate/at-most.ts";
export type { Check, CheckResult } from "./validate/check.ts";
export { notEmpty } from "./validate/not-empty.ts";
export { sample, type Entry } from "./validate/sample.ts";
export type { SizeOf } from "./validate/size.ts";
export { sizeChange, type Share, type SizeChangeOptions } from "./validate/size-change.ts";
export type { ByteSize } from "./option/byte-size.ts";
export { toMs, toMsOrNever, type Duration } from "./option/duration.ts";
export { toSafeText, type InvalidCode } from "./option/invalid-option.ts";
export type { LoadError, Origin } from "./state/facts.ts";
export { STATES, type State } from "./state/state.ts";
