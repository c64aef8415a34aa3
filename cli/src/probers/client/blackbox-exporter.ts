import { fit, LIVENESS } from "../model/fit.ts";
import type { Prober } from "../model/prober.ts";
import { comment, linesOf } from "../model/text.ts";

/** The Prometheus blackbox exporter; names as in its CONFIGURATION.md. */
export const blackboxExporter: Prober<
  "timeout" | "valid_status_codes" | "follow_redirects" | "preferred_ip_protocol" | "scrape_interval"
> = {
  name: "blackbox-exporter",
  title: "Prometheus blackbox exporter",
  sent: {
    method: "GET",
    httpVersion: "1.1",
    host: "host of the target",
    headers: { "user-agent": "Blackbox Exporter/<version>" },
    connection: "close",
  },
  passes: { statuses: [[200, 299]], setting: "valid_status_codes" },
  body: { match: "regex", setting: "fail_if_body_not_matches_regexp" },
  redirects: "followed",
  settings: {
    timeout: { value: null },
    valid_status_codes: { value: "2xx" },
    follow_redirects: { value: "true" },
    preferred_ip_protocol: { value: "ip6" },
    scrape_interval: { value: 60 },
  },
  checks: [["reports"]],
  onFailure: "probe_success is 0, and your alert rule decides",
  allDown: { traffic: "unaffected", text: "the exporter does not route traffic" },
  notes: [
    "Without timeout, the timeout of the scrape minus 0.5 s applies.",
    "The pattern ^word$ does not match a body with a trailing newline.",
  ],
  sources: ["prometheus/blackbox_exporter CONFIGURATION.md"],
  sure: ["doc", "run"],
  configure: (plan) => {
    const check = fit("blackbox-exporter", plan, { interval: { best: 10, least: 2 }, timeout: { best: 3, least: 1 } });
    const module = (name: string, statuses: string, body: string, why: string): string[] => [
      ...comment("  #", why),
      `  ${name}:`,
      "    prober: http",
      `    timeout: ${check.timeout}s`,
      "    http:",
      "      method: GET",
      `      valid_status_codes: ${statuses}`,
      "      follow_redirects: false",
      "      fail_if_body_not_matches_regexp:",
      `        - ^${body}$`,
      "      preferred_ip_protocol: ip4",
    ];
    const text = linesOf(
      comment("#", `Scrape every ${check.interval} s, and alert after 2 failures in a row. ${check.why}.`),
      "modules:",
      module("health_state_ready", "[200]", plan.alive, "Readiness: the status is 200, and the body is the word."),
      plan.serveStale
        ? module(
            "health_state_serving",
            "[200, 503]",
            `(${plan.alive}|${plan.stale})`,
            "The service can serve fresh or stale data. Only the word decides.",
          )
        : module(
            "health_state_stale",
            "[200, 503]",
            plan.stale,
            "Stale data: probe_success is 1 if the data is too old. Otherwise it is 0, also during the first load.",
          ),
      module(
        "health_state_alive",
        "[200]",
        plan.alive,
        "Liveness: the process answers HTTP requests. The data does not matter.",
      ),
    );
    const scrape = linesOf(
      "scrape_configs:",
      "  - job_name: app-ready",
      comment("    #", `${check.why}.`),
      `    scrape_interval: ${check.interval}s`,
      `    scrape_timeout: ${Math.min(check.interval, check.timeout + 1)}s`,
      "    metrics_path: /probe",
      "    params:",
      `      module: [${plan.serveStale ? "health_state_serving" : "health_state_ready"}]`,
      "    static_configs:",
      `      - targets: ["http://127.0.0.1:${plan.port}${plan.paths.readiness}"]`,
      "    relabel_configs:",
      "      - source_labels: [__address__]",
      "        target_label: __param_target",
      "      - source_labels: [__param_target]",
      "        target_label: instance",
      "      - target_label: __address__",
      "        replacement: 127.0.0.1:9115",
      comment(
        "#",
        `For liveness, add a job with the module health_state_alive and the liveness path. Alert after ${LIVENESS.failures} x ${LIVENESS.period} s.`,
      ),
    );
    return [
      { file: "blackbox.yml", format: "yaml", text, warnings: [] },
      { file: "prometheus.yml", format: "prometheus", text: scrape, warnings: [] },
    ];
  },
};
