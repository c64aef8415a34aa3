export type { Probe } from "../answer/paths.ts";
export type { Prober } from "../probers/prober.ts";
export type { ResourceLimits } from "../resource/options.ts";
export type { Duration } from "../state/duration.ts";
export { BALANCERS, type Balancer, type BalancerName } from "./balancer.ts";
export { FATES, LOOKS, type Fate, type Look, type Row, type Timeline } from "./record.ts";
export {
  playScenario,
  SCENARIOS,
  scenarioText,
  type Played,
  type PlayedVariant,
  type ScenarioOptions,
} from "./scenario.ts";
export type { KubeletProbe, LoadTime, Setup, Trouble } from "./setup.ts";
export { simulate, type Figures, type Outcome, type SimulateOptions } from "./simulate.ts";
export { toSvg } from "./svg.ts";
export { toTerminal } from "./terminal.ts";
export type { ThresholdRule } from "./threshold.ts";
