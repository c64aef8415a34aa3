export type { Probe } from "health-state";
export type { Prober } from "../probers/model/prober.ts";
export type { ResourceLimits } from "health-state";
export type { Duration } from "health-state";
export { BALANCERS, balancerOf, type Balancer, type BalancerName } from "./model/balancer.ts";
export {
  REQUEST_OUTCOMES,
  REPLICA_STATUSES,
  type RequestOutcome,
  type ReplicaStatus,
  type Row,
  type Timeline,
} from "./model/recorder.ts";
export {
  FLEET_SCENARIOS,
  playOneByOne,
  playScenario,
  SCENARIOS,
  scenarioText,
  type PlayAll,
  type Played,
  type PlayedVariant,
  type ScenarioOptions,
} from "./scenario/scenario.ts";
export type { AnnouncedRevision, FleetSetup, KubeletProbe, LoadTime, Setup, Trouble } from "./model/setup.ts";
export type { Figures, Phase } from "./run/figures.ts";
export { simulate, type SimulationResult, type SimulateOptions } from "./run/simulate.ts";
export { assumptionsOf } from "./report/assumed.ts";
export { figureRows, sentenceOf } from "./report/wording.ts";
export { toSvg } from "./report/svg.ts";
export { toTerminal } from "./report/terminal.ts";
export type { ThresholdRule } from "./model/threshold.ts";
