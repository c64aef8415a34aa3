export {
  createHealth,
  toResponse,
  type CheckOptions,
  type Health,
  type HealthOptions,
  type Platform,
} from "./handler/health.ts";
export { isProbe } from "./handler/is-probe.ts";
export { NOT_FOUND, type Answer } from "./answer/answer.ts";
export { deprecated, type Deprecation } from "./answer/deprecated.ts";
export { details, type Details, type DetailsLeave } from "./answer/details.ts";
export { createGuard, type Guard, type GuardOptions } from "./answer/guard.ts";
export { PATHS, zPages, type MarkedPath, type PathOption, type Paths, type Probe, type Route } from "./answer/paths.ts";
export { WORDS, type Words } from "./answer/words.ts";
export { heartbeat, type Beat, type HeartbeatOptions } from "./health/heartbeat.ts";
export type { Word } from "./health/verdict.ts";
export { onRequest, type OnRequestOptions } from "./request/on-request.ts";
export { respond, warm } from "./request/warm.ts";
export { singleton } from "./singleton/singleton.ts";
export { openapi, type OpenApiPaths } from "./openapi/openapi.ts";
export type { Clock } from "./resource/clock.ts";
export type { RefreshMode } from "./health/registry.ts";
export { NotReadyError, type NotReadyReason } from "./resource/error.ts";
export type { HealthEvent, Listener } from "./resource/event.ts";
export type { Snapshot } from "./resource/snapshot.ts";
export { borrow, type Lease } from "./resource/lease.ts";
export type { LoadContext, LoadResult, ResourceLimits, ResourceOptions } from "./resource/options.ts";
export { loaded, unchanged, type Loaded, type LoadNote, type Unchanged } from "./resource/outcome.ts";
export type { GetOptions, Resource, WaitUntil } from "./resource/resource.ts";
export { toMs, type Duration } from "./state/duration.ts";
export type { LoadError } from "./state/facts.ts";
export { STATES, type State } from "./state/state.ts";
