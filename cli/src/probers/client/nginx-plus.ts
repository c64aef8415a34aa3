import { fit } from "../model/fit.ts";
import type { Prober } from "../model/prober.ts";
import { comment, linesOf, staleWords } from "../model/text.ts";

/** NGINX Plus active checks; names as in `health_check` and `match`. */
export const nginxPlus: Prober<"interval" | "fails" | "passes" | "uri" | "match" | "mandatory"> = {
  name: "nginx-plus",
  title: "NGINX Plus",
  sent: { method: "GET", httpVersion: "1.0", host: "depends on the location", headers: {}, connection: "unknown" },
  passes: { statuses: [[200, 399]], setting: "match" },
  body: { match: "regex", setting: "match { body ~ }", limit: 262_144 },
  redirects: "a pass",
  settings: {
    interval: { value: 5 },
    fails: { value: 1, least: 1 },
    passes: { value: 1, least: 1 },
    uri: { value: "/" },
    match: { value: null },
    mandatory: { value: null },
  },
  checks: [["routes"]],
  onFailure: "the server is removed",
  allDown: { traffic: "none", text: "NGINX answers 502" },
  notes: [
    "Open-source nginx has no active checks. It uses the results of requests (max_fails, proxy_next_upstream). If only one server is left, it gets the requests even after failures.",
    "With proxy_next_upstream http_503, nginx sends a request that got a 503 to the next server. So a prober that sends its checks through nginx receives the 503 only if no other server is left.",
  ],
  sources: ["nginx.org ngx_http_upstream_hc_module"],
  sure: ["doc", "mem"],
  configure: (plan) => {
    const check = fit("nginx-plus", plan, { interval: { best: 2, least: 1 }, timeout: { best: 2, least: 1 } });
    const text = linesOf(
      comment("#", staleWords(nginxPlus, plan)),
      "upstream app {",
      "    zone app 64k;",
      `    server 127.0.0.1:${plan.port};`,
      "}",
      "",
      "match ready {",
      "    status 200;",
      `    body ~ "^${plan.alive}$";`,
      "}",
      "",
      "server {",
      "    listen 80;",
      "    location / {",
      "        proxy_pass http://app;",
      comment("        #", `${check.why}. With mandatory, a server gets no traffic before its first pass.`),
      `        health_check uri=${plan.paths.readiness} match=ready interval=${check.interval}s fails=${check.failures} passes=1 mandatory;`,
      `        proxy_connect_timeout ${check.timeout}s;`,
      "    }",
      "}",
    );
    return [{ file: "app.conf", format: "nginx", text, warnings: [] }];
  },
};
