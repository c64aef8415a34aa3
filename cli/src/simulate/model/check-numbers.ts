import type { Probe } from "health-state";

/** The settings of a balancer check. A missing one has the value that `health-state config` writes. */
export interface CheckNumbers {
  /** The probe that it asks. @default "readiness" */
  readonly asks?: Probe;
  /** How it asks. @default "http" */
  readonly by?: "http" | "tcp";
  /** The interval between checks. */
  readonly intervalSeconds?: number;
  /** How long a check waits for its answer. */
  readonly timeoutSeconds?: number;
  /** The number of passes in a row that bring a target back. */
  readonly rise?: number;
  /** The number of failures in a row that take a target out. */
  readonly fall?: number;
  /**
   * The number of checkers, such as one for each zone or process. Each checks separately and routes its share of the
   * requests by its own results.
   * @default 1
   */
  readonly checkers?: number;
}
