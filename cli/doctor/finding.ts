/** How bad: `note` alone leaves the exit code at 0. */
export type Severity = "error" | "warning" | "note";

/** Every rule, by its stable id, with what it is about. Ids are never renamed. */
export const RULES = {
  "liveness-on-readiness": "What restarts or replaces asks readiness",
  "readiness-on-liveness": "What routes asks liveness",
  "startup-on-liveness": "A startup check asks liveness",
  "startup-budget-short": "The start-up budget is shorter than the load",
  "liveness-during-load": "A check that restarts can fail during the load",
  "deregisters-during-load": "A service is deregistered while it loads",
  "no-readiness": "Nothing holds traffic back",
  "no-check": "Servers are never checked",
  "timeout-over-period": "The timeout is longer than the period",
  "drain-too-short": "The drain ends before everybody has noticed",
  "drain-over-grace": "The drain does not fit into the grace period",
  "no-drain": "Nothing keeps a pod serving while it is taken out",
  "curl-without-fail": "curl calls an HTTP error a success",
  "always-passes": "A command that cannot fail",
  "shell-in-exec-form": "Shell operators where there is no shell",
  "tcp-check": "A TCP check sees nothing",
  "options-method": "HAProxy asks by OPTIONS",
  "http10-without-host": "HAProxy asks in HTTP/1.0 without a Host",
  "body-without-status": "A body rule that accepts any status",
  "negative-body-rule": "A body rule by what is absent",
  "success-range-3xx": "A redirect passes",
  localhost: "localhost in a check",
  "aggressive-threshold": "One hiccup is enough",
  "invalid-success-threshold": "A success threshold that the API refuses",
  "unknown-port": "A probe names a port that does not exist",
  "missing-field": "A field that must be there is not",
  "out-of-range": "A number outside what the client accepts",
  "wrong-type": "A value of the wrong type",
  "slow-while-idle": "A host without traffic is asked once a minute",
  "initial-delay": "A fixed delay in place of a startup check",
  "stale-fails-closed": "Stale data everywhere takes the whole service out",
  "unknown-path": "A path that no probe is known by",
} as const;

/** The id of a rule. */
export type RuleId = keyof typeof RULES;

/** One thing that is wrong, where, why, and what to write instead. */
export interface Finding {
  readonly rule: RuleId;
  readonly severity: Severity;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The field as the file has it. */
  readonly field: string;
  /** Why it bites, one sentence. */
  readonly message: string;
  /** The corrected value. */
  readonly fix: string;
}

/** Where something stands. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly field: string;
}

/** What is known of the service beyond the file. */
export interface Service {
  readonly loadSeconds?: number;
  readonly drainSeconds?: number;
  /** Seconds; `Infinity` for never. */
  readonly refuseAfterSeconds?: number;
}

/** Collects findings, in the order of the file. */
export interface Report {
  readonly service: Service;
  readonly add: (rule: RuleId, severity: Severity, at: Place, message: string, fix: string) => void;
  /** Counts one more check read. */
  readonly seen: () => void;
}
