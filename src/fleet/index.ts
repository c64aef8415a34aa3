export { fleet, type Fleet } from "./fleet.ts";
export { memoryFleet, type MemoryFleetOptions } from "./memory-fleet.ts";
export type { FleetOptions } from "./options.ts";
export type {
  FleetAnswer,
  FleetBeat,
  FleetMember,
  FleetNote,
  FleetNoteWrite,
  FleetReading,
  FleetStanding,
  FleetStore,
  FleetTurnAsk,
} from "./fleet-store.ts";
export { rollout, type RolloutCheck, type RolloutLoader, type RolloutOptions } from "./rollout.ts";
export {
  fleetStatus,
  pinRevision,
  retryRevision,
  unpinRevision,
  type FleetOrder,
  type FleetStatus,
  type ReplicaStatus,
  type RolloutStatus,
} from "./status.ts";
export type { ReportedResource } from "./report.ts";
export type { RefusedRevision, RolloutTrial } from "./rollout-plan.ts";
