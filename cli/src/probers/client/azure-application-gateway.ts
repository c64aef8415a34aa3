import { fit } from "../model/fit.ts";
import type { Prober } from "../model/prober.ts";
import { attributes, comment, linesOf, staleWords } from "../model/text.ts";

/** Azure Application Gateway; field names as in Terraform's `azurerm_application_gateway` probe block. */
export const azureApplicationGateway: Prober<"interval" | "timeout" | "unhealthy_threshold" | "status_code" | "body"> =
  {
    name: "azure-application-gateway",
    title: "Azure Application Gateway",
    sent: { method: "GET", httpVersion: "1.1", host: "127.0.0.1", headers: {}, connection: "unknown" },
    passes: { statuses: [[200, 399]], setting: "status_code" },
    body: { match: "substring", setting: "body", limit: 4_090 },
    redirects: "a pass",
    settings: {
      interval: { value: 30, least: 1, most: 86_400 },
      timeout: { value: 30, least: 1, most: 86_400 },
      unhealthy_threshold: { value: 3, least: 1, most: 20 },
      status_code: { value: "200-399" },
      body: { value: null },
    },
    checks: [["routes"]],
    onFailure: "the backend is removed from rotation",
    allDown: { traffic: "none", text: "the gateway answers 502" },
    notes: [
      "A backend is unhealthy until its first pass. One pass makes it healthy.",
      "Each instance of the gateway sends its own checks for each listener.",
    ],
    sources: ["MicrosoftDocs/azure-docs application-gateway-probe-overview.md"],
    sure: ["doc", "mem"],
    configure: (plan) => {
      const check = fit("azure-application-gateway", plan, {
        interval: { best: 10, least: 1 },
        timeout: { best: 5, least: 1 },
      });
      const text = linesOf(
        comment(
          "#",
          "Put this block into azurerm_application_gateway. Set backend_http_settings { probe_name } to its name.",
          staleWords(azureApplicationGateway, plan),
        ),
        "probe {",
        attributes("  ", {
          name: '"app"',
          protocol: '"Http"',
          host: '"app.example.test"',
          port: plan.port,
          path: `"${plan.paths.readiness}"`,
        }),
        "",
        comment("  #", `${check.why}.`),
        attributes("  ", { interval: check.interval, timeout: check.timeout, unhealthy_threshold: check.failures }),
        "",
        comment("  #", "Only 200 passes. With the default, 200-399, a redirect would pass too."),
        "  match {",
        attributes("    ", { status_code: '["200"]', body: `"${plan.alive}"` }),
        "  }",
        "}",
      );
      return [{ file: "probe.tf", format: "hcl", text, warnings: [] }];
    },
  };
