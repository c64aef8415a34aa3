import { fit, LIVENESS } from "../model/fit.ts";
import type { Prober } from "../model/prober.ts";
import { attributes, comment, linesOf, staleWords } from "../model/text.ts";

/** Google Cloud load balancers; field names as in the compute HealthCheck resource, Terraform spelling. */
export const gcpLoadBalancer: Prober<
  "check_interval_sec" | "timeout_sec" | "healthy_threshold" | "unhealthy_threshold" | "request_path" | "response"
> = {
  name: "gcp-load-balancer",
  title: "Google Cloud load balancer",
  sent: {
    method: "GET",
    httpVersion: "1.1",
    host: "backend IP:port",
    headers: { "user-agent": "GoogleHC/1.0" },
    connection: "unknown",
  },
  passes: { statuses: [[200, 200]] },
  body: { match: "substring", setting: "response", limit: 1_024 },
  redirects: "a failure",
  settings: {
    check_interval_sec: { value: 5, least: 1, most: 300 },
    timeout_sec: { value: 5, least: 1, most: 300 },
    healthy_threshold: { value: 2, least: 1, most: 10 },
    unhealthy_threshold: { value: 2, least: 1, most: 10 },
    request_path: { value: "/" },
    response: { value: null },
  },
  checks: [["routes"], ["replaces"]],
  onFailure:
    "the backend gets no new connections; a managed instance group that uses the same check replaces the instance",
  allDown: {
    traffic: "none",
    text: "an application load balancer answers 5xx; a passthrough load balancer sends traffic to all backends",
  },
  notes: ["Only 200 passes, and no setting changes that.", "Several machines send each check."],
  sources: ["Google compute HealthCheck reference, gcloud defaults", "kubernetes/ingress-gce issue 1768"],
  sure: ["doc", "mem"],
  configure: (plan) => {
    const check = fit("gcp-load-balancer", plan, { interval: { best: 5, least: 1 }, timeout: { best: 5, least: 1 } });
    const text = linesOf(
      comment("#", staleWords(gcpLoadBalancer, plan)),
      'resource "google_compute_health_check" "app" {',
      '  name = "app"',
      "",
      comment("  #", `Decides about traffic. ${check.why}.`),
      attributes("  ", {
        check_interval_sec: check.interval,
        timeout_sec: check.timeout,
        healthy_threshold: 2,
        unhealthy_threshold: check.failures,
      }),
      "",
      "  http_health_check {",
      attributes("    ", { port: plan.port, request_path: `"${plan.paths.readiness}"`, response: `"${plan.alive}"` }),
      "  }",
      "}",
      "",
      comment(
        "#",
        "Autohealing replaces instances, so it needs its own check with the liveness path. Never use the check above for it.",
      ),
      'resource "google_compute_health_check" "app_autohealing" {',
      '  name = "app-autohealing"',
      "",
      comment("  #", `${LIVENESS.why}.`),
      attributes("  ", {
        check_interval_sec: LIVENESS.period,
        timeout_sec: LIVENESS.timeout,
        healthy_threshold: 1,
        unhealthy_threshold: LIVENESS.failures,
      }),
      "",
      "  http_health_check {",
      attributes("    ", { port: plan.port, request_path: `"${plan.paths.liveness}"`, response: `"${plan.alive}"` }),
      "  }",
      "}",
      "",
      comment(
        "#",
        `In google_compute_instance_group_manager, set auto_healing_policies { initial_delay_sec = ${initialDelay(plan.loadSeconds)} }.`,
        `This is 1.5 x ${plan.loadSeconds} s load. Liveness passes during a load, but not while a load blocks the event loop.`,
      ),
    );
    return [{ file: "health-check.tf", format: "hcl", text, warnings: [] }];
  },
};

function initialDelay(load: number): number {
  return Math.min(3_600, Math.ceil(1.5 * load));
}
