import { fit } from "../model/fit.ts";
import type { Prober } from "../model/prober.ts";
import { comment, linesOf, staleWords } from "../model/text.ts";

/** Traefik; names as in `loadBalancer.healthCheck`. */
export const traefik: Prober<"interval" | "timeout" | "status" | "followRedirects"> = {
  name: "traefik",
  title: "Traefik",
  sent: {
    method: "GET",
    httpVersion: "1.1",
    host: "host:port of the server",
    headers: { "user-agent": "Go-http-client/1.1" },
    connection: "keep-alive",
  },
  passes: { statuses: [[200, 399]], setting: "status" },
  body: { match: "none" },
  redirects: "followed",
  settings: {
    interval: { value: 30 },
    timeout: { value: 5 },
    status: { value: null },
    followRedirects: { value: "true" },
  },
  checks: [["routes"]],
  onFailure: "the server is removed after one failure",
  allDown: { traffic: "none", text: "Traefik answers 503" },
  notes: ["There are no thresholds: a server is removed after one failure, and added again after one pass."],
  sources: ["traefik/traefik pkg/healthcheck/healthcheck.go"],
  sure: ["src", "mem"],
  configure: (plan) => {
    const check = fit("traefik", plan, { interval: { best: 5, least: 1 }, timeout: { best: 2, least: 1 } }, 1);
    const text = linesOf(
      comment("#", staleWords(traefik, plan)),
      "http:",
      "  services:",
      "    app:",
      "      loadBalancer:",
      "        servers:",
      `          - url: http://127.0.0.1:${plan.port}`,
      comment("        #", `There are no thresholds. ${check.why}.`),
      "        healthCheck:",
      `          path: ${plan.paths.readiness}`,
      `          interval: ${check.interval}s`,
      `          timeout: ${check.timeout}s`,
      comment("          #", "Only 200 passes, and a redirect fails. With the defaults, a redirect would pass."),
      "          status: 200",
      "          followRedirects: false",
      "  middlewares:",
      comment("    #", "Until a failure is noticed, a failed request is sent to another server."),
      "    app-retry:",
      "      retry:",
      "        attempts: 2",
      "        initialInterval: 100ms",
    );
    return [{ file: "dynamic.yaml", format: "yaml", text, warnings: [] }];
  },
};
