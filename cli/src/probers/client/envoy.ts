import { fit } from "../model/fit.ts";
import type { Prober } from "../model/prober.ts";
import { comment, linesOf, staleWords } from "../model/text.ts";

/** Envoy's active HTTP health checking; field names as in `config.core.v3.HealthCheck`. */
export const envoy: Prober<
  | "timeout"
  | "interval"
  | "unhealthy_threshold"
  | "healthy_threshold"
  | "no_traffic_interval"
  | "expected_statuses"
  | "healthy_panic_threshold"
> = {
  name: "envoy",
  title: "Envoy",
  sent: {
    method: "GET",
    httpVersion: "1.1",
    host: "cluster name",
    headers: { "user-agent": "Envoy/HC" },
    connection: "keep-alive",
  },
  passes: { statuses: [[200, 200]], setting: "expected_statuses" },
  body: { match: "hex blocks", setting: "receive", limit: 1_024 },
  redirects: "a failure",
  settings: {
    timeout: { value: null },
    interval: { value: null },
    unhealthy_threshold: { value: null, least: 1 },
    healthy_threshold: { value: null, least: 1 },
    no_traffic_interval: { value: 60 },
    expected_statuses: { value: "[200, 201)" },
    healthy_panic_threshold: { value: 50, least: 0, most: 100 },
  },
  checks: [["routes"]],
  onFailure: "the host is ejected: at once for a wrong status, at unhealthy_threshold for timeouts and resets",
  allDown: {
    traffic: "all",
    text: "under 50 % healthy (healthy_panic_threshold) Envoy panics, and all hosts get traffic",
  },
  notes: [
    "Ranges of statuses are half open.",
    "An unexpected status ejects at once; thresholds count only timeouts, resets and retriable_statuses.",
    "Connections are reused: keep the server's keep-alive timeout above the interval.",
  ],
  sources: [
    "envoyproxy/envoy health_checker_base_impl.cc, http/health_checker_impl.cc, health_check.proto, health_checking.rst",
  ],
  sure: ["src", "mem"],
  configure: (plan) => {
    const check = fit("envoy", plan, { interval: { best: 5, least: 1 }, timeout: { best: 2, least: 1 } });
    const text = linesOf(
      comment("#", staleWords(envoy, plan)),
      "clusters:",
      "  - name: app",
      "    type: STRICT_DNS",
      "    connect_timeout: 1s",
      "    load_assignment:",
      "      cluster_name: app",
      "      endpoints:",
      "        - lb_endpoints:",
      "            - endpoint:",
      "                address:",
      `                  socket_address: { address: app, port_value: ${plan.port} }`,
      "    health_checks:",
      comment(
        "      #",
        `A 503 ejects at the next check, within ${check.interval} + ${check.timeout} = ${check.interval + check.timeout} s; for a host that does not answer, ${check.why}.`,
      ),
      `      - interval: ${check.interval}s`,
      `        timeout: ${check.timeout}s`,
      `        unhealthy_threshold: ${check.failures}`,
      "        healthy_threshold: 2",
      comment("        #", "Without it a cluster without traffic is asked once a minute."),
      `        no_traffic_interval: ${check.interval}s`,
      "        http_health_check:",
      `          path: ${plan.paths.readiness}`,
      comment("          #", "Half open: 200 and no other."),
      "          expected_statuses:",
      "            - start: 200",
      "              end: 201",
      comment("    #", "Panic under 50 % healthy is Envoy's default, written out: 0 would fail closed."),
      "    common_lb_config:",
      "      healthy_panic_threshold:",
      "        value: 50",
    );
    return [{ file: "clusters.yaml", format: "yaml", text, warnings: [] }];
  },
};
