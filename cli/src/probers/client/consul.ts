import { fit } from "../model/fit.ts";
import type { Prober } from "../model/prober.ts";
import { comment, linesOf, staleWords } from "../model/text.ts";

/** Consul's HTTP check; field names as in a check definition. */
export const consul: Prober<
  "interval" | "timeout" | "success_before_passing" | "failures_before_critical" | "deregister_critical_service_after"
> = {
  name: "consul",
  title: "Consul",
  sent: {
    method: "GET",
    httpVersion: "1.1",
    host: "host:port of the URL",
    headers: { "user-agent": "Consul Health Check", accept: "text/plain, text/*, */*", "accept-encoding": "gzip" },
    connection: "close",
  },
  passes: { statuses: [[200, 299]], warns: [429] },
  body: { match: "none", limit: 4_096 },
  redirects: "followed",
  settings: {
    interval: { value: null },
    timeout: { value: 10 },
    success_before_passing: { value: 0, least: 0 },
    failures_before_critical: { value: 0, least: 0 },
    deregister_critical_service_after: { value: null, least: 60 },
  },
  checks: [["routes"]],
  onFailure: "the service is critical: it is missing in DNS, and in the HTTP API with ?passing",
  allDown: { traffic: "none", text: "Consul's answer is empty, so clients find no instance" },
  notes: [
    "A 429 is a warning: the service is in DNS, but not in the HTTP API with ?passing.",
    "A check passes even if the body is incomplete.",
    "The first check comes at a random time within the first interval. Until then, the service is critical.",
  ],
  sources: ["hashicorp/consul agent/checks/check.go"],
  sure: ["src", "run"],
  configure: (plan) => {
    // failures_before_critical counts the failures that are tolerated: 1 means that the second one is critical.
    const check = fit("consul", plan, { interval: { best: 5, least: 1 }, timeout: { best: 2, least: 1 } });
    const url = `http://127.0.0.1:${plan.port}${plan.paths.readiness}`;
    const stale = staleWords(consul, plan);
    const gone = `Do not set deregister_critical_service_after. It would remove a service that loads (${plan.loadSeconds} s) or has stale data.`;
    const hcl = linesOf(
      comment("#", stale, gone),
      "service {",
      '  name = "app"',
      `  port = ${plan.port}`,
      "",
      "  check {",
      '    id     = "app-readiness"',
      '    name   = "readiness"',
      `    http   = "${url}"`,
      '    method = "GET"',
      comment("    #", `${check.why}. One failure is tolerated.`),
      `    interval                 = "${check.interval}s"`,
      `    timeout                  = "${check.timeout}s"`,
      "    failures_before_critical = 1",
      "  }",
      "}",
    );
    const json = {
      service: {
        name: "app",
        port: plan.port,
        check: {
          id: "app-readiness",
          name: "readiness",
          notes: [`${check.why}. One failure is tolerated.`, gone, stale].join(" "),
          http: url,
          method: "GET",
          interval: `${check.interval}s`,
          timeout: `${check.timeout}s`,
          failures_before_critical: 1,
        },
      },
    };
    return [
      { file: "app.hcl", format: "hcl", text: hcl, warnings: [] },
      { file: "app.json", format: "json", text: `${JSON.stringify(json, null, 2)}\n`, warnings: [] },
    ];
  },
};
