/** Every rule, by its stable id, with what it is about. Ids are never renamed. */
export const RULES = {
  "liveness-on-readiness": "A check that restarts the service asks whether it is ready",
  "readiness-on-liveness": "A check that routes traffic asks only whether the process runs",
  "startup-on-liveness": "A startup check asks only whether the process runs",
  "startup-budget-short": "The startup check gives up before the service has loaded",
  "liveness-during-load": "A check can restart the service while it loads",
  "deregisters-during-load": "Consul removes the service while it loads",
  "no-readiness": "Nothing holds traffic back until the container is ready",
  "no-check": "A server has no health check",
  "timeout-over-period": "The timeout is longer than the time between two checks",
  "exec-timeout": "A command has only one second to answer",
  "drain-too-short": "The service stops before traffic has moved away",
  "drain-over-grace": "The shutdown takes longer than the grace period",
  "no-drain": "Nothing keeps the pod serving while traffic moves away",
  "curl-without-fail": "curl exits with 0 on an HTTP error",
  "status-ignored": "A command does not look at the HTTP status",
  "always-passes": "A command cannot fail",
  "shell-in-exec-form": "A command needs a shell, and none runs it",
  "no-shell": "The image does not have the shell or program that the check needs",
  "tcp-check": "A check only opens a TCP connection",
  "options-method": "HAProxy sends OPTIONS instead of GET",
  "http10-without-host": "HAProxy sends no Host header",
  "body-without-status": "A check looks at the body and not at the status",
  "negative-body-rule": "Every page without a certain word passes",
  "success-range-3xx": "A redirect counts as healthy",
  localhost: "A check asks the wrong localhost",
  "aggressive-threshold": "One short stall is enough to fail",
  "invalid-success-threshold": "The API server refuses this successThreshold",
  "init-probe": "An init container has a probe",
  "unknown-port": "A probe names a port that the container does not have",
  "missing-field": "A required field is missing",
  "out-of-range": "A number is outside the accepted range",
  "wrong-type": "A value has the wrong type",
  "slow-while-idle": "Envoy checks idle hosts only once a minute",
  "initial-delay": "A long fixed delay takes the place of a startup check",
  "stale-fails-closed": "Stale data takes all replicas out at once",
  "sub-path": "A file of a ConfigMap or Secret never changes",
  "unknown-path": "The library has no probe at this path",
  "silence-without-reason": "A comment silences a rule without a reason",
} as const;

/** The id of a rule. */
export type RuleId = keyof typeof RULES;

/** Whether a text is the id of a rule. */
export function isRule(text: string): text is RuleId {
  return Object.hasOwn(RULES, text);
}
