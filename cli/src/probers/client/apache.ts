import { fit } from "../model/fit.ts";
import type { Prober } from "../model/prober.ts";
import { comment, linesOf, staleWords } from "../model/text.ts";

/** Apache httpd's mod_proxy_hcheck; names as in BalancerMember parameters. */
export const apache: Prober<"hcmethod" | "hcinterval" | "hcpasses" | "hcfails" | "hcuri" | "hcexpr"> = {
  name: "apache",
  title: "Apache httpd (mod_proxy_hcheck)",
  sent: {
    method: "TCP connect",
    httpVersion: "1.0",
    host: "host:port of the worker",
    headers: {},
    connection: "unknown",
  },
  passes: { statuses: [[200, 399]], setting: "hcexpr" },
  body: { match: "expression", setting: "hcexpr (hc('body') =~)", alone: true },
  redirects: "a pass",
  settings: {
    hcmethod: { value: "TCP" },
    hcinterval: { value: 30 },
    hcpasses: { value: 1, least: 1 },
    hcfails: { value: 1, least: 1 },
    hcuri: { value: null },
    hcexpr: { value: null },
  },
  checks: [["routes"]],
  onFailure: "the worker is put into the error state",
  allDown: { traffic: "none", text: "httpd answers 503" },
  notes: ["The default is a TCP check.", "A body expression alone accepts any status."],
  sources: ["httpd documentation, mod_proxy_hcheck"],
  sure: ["doc", "run", "mem"],
  configure: (plan) => {
    const check = fit("apache", plan, { interval: { best: 5, least: 1 }, timeout: { best: 2, least: 1 } });
    const [name, rule, why] = plan.serveStale
      ? ([
          "serving",
          `hc('body') =~ /^(${plan.alive}|${plan.stale})$/`,
          "Stale data is served. Only the body decides, so any status passes. While loading or draining, the body has another word.",
        ] as const)
      : ([
          "ready",
          `%{REQUEST_STATUS} =~ /^200$/ && hc('body') =~ /^${plan.alive}$/`,
          `The expression checks the status too, because a body expression alone accepts any status. ${staleWords(apache, plan)}`,
        ] as const);
    const text = linesOf(
      comment(
        "#",
        "Needs mod_proxy, mod_proxy_http, mod_proxy_balancer, mod_proxy_hcheck, mod_watchdog, and one of the modules mod_lbmethod_*.",
        why,
      ),
      `ProxyHCExpr ${name} {${rule}}`,
      comment("#", `${check.why}. timeout applies to all connections of the worker.`),
      '<Proxy "balancer://app">',
      `    BalancerMember "http://127.0.0.1:${plan.port}" timeout=${check.timeout} hcmethod=GET hcuri=${plan.paths.readiness} hcexpr=${name} hcinterval=${check.interval} hcfails=${check.failures} hcpasses=1`,
      "</Proxy>",
      'ProxyPass "/" "balancer://app/"',
    );
    return [{ file: "app.conf", format: "apache", text, warnings: [] }];
  },
};
