import type { Driver } from "../resource/driver.ts";
import type { Clock } from "../time/clock.ts";
import type { AttachableHealthPart } from "./health-part.ts";
import type { ProbeOutcome } from "./verdict.ts";

/** The parts of a registry. */
export interface RegistryParts {
  readonly clock: Clock;
  readonly driver: Driver;
  readonly expect: readonly string[];
  /** The word for each outcome of a probe. */
  readonly words: Readonly<Record<ProbeOutcome, string>>;
  /** The fleet, if there is one. */
  readonly part: AttachableHealthPart | undefined;
}
