import { fit } from "../model/fit.ts";
import type { Prober } from "../model/prober.ts";
import { comment, linesOf, staleWords } from "../model/text.ts";

/** keepalived's HTTP_GET checker; names as in keepalived.conf(5). */
export const keepalived: Prober<
  "delay_loop" | "connect_timeout" | "retry" | "delay_before_retry" | "status_code" | "digest"
> = {
  name: "keepalived",
  title: "keepalived (HTTP_GET)",
  sent: {
    method: "GET",
    httpVersion: "1.0",
    host: "real server IP:port",
    headers: { "user-agent": "KeepAliveClient" },
    connection: "unknown",
  },
  passes: { statuses: [[200, 299]], setting: "status_code" },
  body: { match: "digest or regex", setting: "digest" },
  redirects: "a failure",
  settings: {
    delay_loop: { value: 60 },
    connect_timeout: { value: 5 },
    retry: { value: 1, least: 0 },
    delay_before_retry: { value: 3 },
    status_code: { value: "200-299" },
    digest: { value: null },
  },
  checks: [["routes"]],
  onFailure: "the real server is removed from IPVS; with inhibit_on_failure it gets the weight 0",
  allDown: { traffic: "fallback", text: "sorry_server gets the traffic, if you have set it" },
  notes: [
    "The library answers I-AM-ALIVE. The MD5 of this body is a4a3931ace74c0850aea9072fac056f2. It changes with every byte of the body.",
  ],
  sources: ["keepalived.conf(5)"],
  sure: ["doc"],
  configure: (plan) => {
    const check = fit("keepalived", plan, { interval: { best: 5, least: 1 }, timeout: { best: 2, least: 1 } });
    const text = linesOf(
      comment("#", staleWords(keepalived, plan)),
      `virtual_server 192.0.2.1 80 {`,
      comment(
        "    #",
        `${check.why}. The second try comes after delay_before_retry, and at the latest after delay_loop.`,
      ),
      `    delay_loop ${check.interval}`,
      "    lb_algo rr",
      "    lb_kind NAT",
      "    protocol TCP",
      "",
      `    real_server 192.0.2.11 ${plan.port} {`,
      "        HTTP_GET {",
      "            url {",
      `                path ${plan.paths.readiness}`,
      "                status_code 200",
      "            }",
      `            connect_timeout ${check.timeout}`,
      `            retry ${check.failures - 1}`,
      `            delay_before_retry ${Math.min(2, check.interval)}`,
      "        }",
      "    }",
      "}",
    );
    return [{ file: "keepalived.conf", format: "keepalived", text, warnings: [] }];
  },
};
