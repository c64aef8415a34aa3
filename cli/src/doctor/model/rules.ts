/** Every rule, by its stable id, with what it is about. Ids are never renamed. */
export const RULES = {
  "liveness-on-readiness": "A check that restarts the service uses the readiness path",
  "readiness-on-liveness": "A check that routes traffic uses the liveness path",
  "startup-on-liveness": "A startup check uses the liveness path",
  "startup-budget-short": "The startup check gives up before the service has loaded",
  "liveness-during-load": "A check can restart the service while it loads",
  "deregisters-during-load": "Consul removes the service while it loads",
  "no-readiness": "A container gets traffic before it is ready",
  "no-check": "A server has no health check",
  "timeout-over-period": "The timeout is longer than the time between two checks",
  "exec-timeout": "A command has only one second to answer",
  "drain-too-short": "The service stops too soon after SIGTERM",
  "drain-over-grace": "The shutdown takes longer than the grace period",
  "no-drain": "The pod does not keep serving after SIGTERM",
  "curl-without-fail": "curl exits with 0 on an HTTP error",
  "status-ignored": "A command ignores the HTTP status",
  "always-passes": "A command cannot fail",
  "shell-in-exec-form": "A command needs a shell, but no shell runs it",
  "no-shell": "The image does not have the shell or program that the check needs",
  "tcp-check": "A check only opens a TCP connection",
  "options-method": "HAProxy sends OPTIONS instead of GET",
  "http10-without-host": "HAProxy sends no Host header",
  "body-without-status": "A check tests the body but not the status",
  "negative-body-rule": "A check passes for every page without a certain word",
  "success-range-3xx": "A redirect counts as healthy",
  localhost: "A check connects to the wrong localhost",
  "aggressive-threshold": "A check fails after one short stall",
  "invalid-success-threshold": "The API server refuses this successThreshold",
  "init-probe": "An init container has a probe",
  "unknown-port": "A probe names a port that the container does not have",
  "missing-field": "A required field is missing",
  "out-of-range": "A number is outside the accepted range",
  "wrong-type": "A value has the wrong type",
  "slow-while-idle": "Envoy checks a cluster only once a minute until its first request",
  "initial-delay": "A long fixed delay replaces a startup check",
  "stale-fails-closed": "Stale data removes all replicas at once",
  "sub-path": "A mounted file of a ConfigMap or Secret is never updated",
  "unknown-path": "The library has no probe at this path",
  "silence-without-reason": "A comment silences a rule without a reason",
} as const;

/** The id of a rule. */
export type RuleId = keyof typeof RULES;

/** Whether a text is the id of a rule. */
export function isRule(text: string): text is RuleId {
  return Object.hasOwn(RULES, text);
}
