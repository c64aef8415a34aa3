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
  body: { match: "substrings in order, written in hex", setting: "receive", limit: 1_024 },
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
  onFailure:
    "the host gets no traffic: at once after a wrong status, or after unhealthy_threshold timeouts and resets in a row",
  allDown: {
    traffic: "all",
    text: "all hosts get traffic if less than 50 % are healthy (healthy_panic_threshold)",
  },
  notes: [
    "The end of a range of statuses is not included.",
    "One unexpected status makes a host unhealthy at once. Thresholds count only timeouts, resets and retriable_statuses.",
    "Envoy reuses connections. Set the keep-alive timeout of the server above the interval.",
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
        `One 503 is enough. It is noticed within ${check.interval} s + ${check.timeout} s timeout = ${check.interval + check.timeout} s. A host that does not answer is noticed within ${check.failures} x ${check.interval} s + ${check.timeout} s timeout = ${check.reacts} s (wanted: ${plan.reactionSeconds} s).`,
      ),
      `      - interval: ${check.interval}s`,
      `        timeout: ${check.timeout}s`,
      `        unhealthy_threshold: ${check.failures}`,
      "        healthy_threshold: 2",
      comment("        #", "Without this setting, Envoy checks a cluster only once a minute until its first request."),
      `        no_traffic_interval: ${check.interval}s`,
      "        http_health_check:",
      `          path: ${plan.paths.readiness}`,
      comment("          #", "Only 200 passes, because the end is not included."),
      "          expected_statuses:",
      "            - start: 200",
      "              end: 201",
      comment(
        "    #",
        "50 % is the default. If fewer hosts are healthy, all hosts get traffic. With 0, no host would get traffic.",
      ),
      "    common_lb_config:",
      "      healthy_panic_threshold:",
      "        value: 50",
    );
    return [{ file: "clusters.yaml", format: "yaml", text, warnings: [] }];
  },
};
