import { describe, expect, test } from "vitest";
import { configure, PROBERS, toMarkdown } from "../../src/probers/index.ts";
import { createHealth, details, toMs } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { say, type Said } from "./helper.ts";

const GOOD = "FROM node:20\nHEALTHCHECK CMD curl -f http://127.0.0.1:8080/status/live\n";
const BAD = "FROM node:20\nHEALTHCHECK CMD curl http://127.0.0.1:8080/status/live\n";
const NOTED =
  "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: app\n      readinessProbe:\n        httpGet: { path: /status, port: 8080 }\n";

const LINE = [
  "Dockerfile:2: error [curl-without-fail] HEALTHCHECK",
  "    Without -f curl exits with 0 on a 503, so the check passes always.",
  "    instead: curl -f http://127.0.0.1:8080/status/live",
  "",
  "1 check in 1 file: 1 error, 0 warnings, 0 notes",
  "",
].join("\n");

describe("doctor", () => {
  test("exits with 0 where nothing is wrong", async () => {
    expect(await say(["doctor", "Dockerfile"], { Dockerfile: GOOD })).toEqual({
      code: 0,
      out: "1 check in 1 file: 0 errors, 0 warnings, 0 notes\n",
      err: "",
    });
  });

  test("exits with 1 and says where, what, why and what instead", async () => {
    expect(await say(["doctor", "Dockerfile"], { Dockerfile: BAD })).toEqual({ code: 1, out: LINE, err: "" });
  });

  test("exits with 0 where there are notes alone", async () => {
    const { code, out } = await say(["doctor", "-"], { "-": NOTED });
    expect({ code, last: out.trim().split("\n").at(-1) }).toEqual({
      code: 0,
      last: "1 check in 1 file: 0 errors, 0 warnings, 1 note",
    });
  });

  test("exits with 2 for a file that cannot be read, after it judged the others", async () => {
    expect(await say(["doctor", "missing.yaml", "Dockerfile"], { Dockerfile: BAD })).toEqual({
      code: 2,
      out: LINE,
      err: "health-state: missing.yaml: there is no such file\n",
    });
  });

  test.each([
    ["a.yaml", "a: [1", "a.yaml:1: Flow sequence in block collection must be sufficiently indented and end with a ]"],
    [
      "a.yaml",
      "a: {{ .Values.a }}\nb: 2\nb: 3\n",
      "a.yaml:3: Map keys must be unique (a template? render it first: helm template ... | health-state doctor -)",
    ],
    [
      "a.yaml",
      "hello: world\n",
      "a.yaml: is no Kubernetes manifest, Compose file, Dockerfile, haproxy.cfg, Envoy YAML, Consul JSON or ECS task definition that this command knows",
    ],
    [
      "a.json",
      "",
      "a.json: is empty; wanted is a Kubernetes manifest, Compose file, Dockerfile, haproxy.cfg, Envoy YAML, Consul JSON or ECS task definition",
    ],
    [
      "a.png",
      "PNG\0\0",
      "a.png: is binary; wanted is a Kubernetes manifest, Compose file, Dockerfile, haproxy.cfg, Envoy YAML, Consul JSON or ECS task definition",
    ],
    [
      "a.tf",
      'resource "x" "y" {}',
      "a.tf: HCL is not read; wanted is a Kubernetes manifest, Compose file, Dockerfile, haproxy.cfg, Envoy YAML, Consul JSON or ECS task definition",
    ],
    ["a.yaml", `a: ${"[".repeat(50_000)}`, "a.yaml:1: is nested too deeply"],
  ])("says why it cannot read %s that holds %.60j", async (name, text, message) => {
    expect(await say(["doctor", name], { [name]: text })).toEqual({
      code: 2,
      out: "",
      err: `health-state: ${message}\n`,
    });
  });

  test("gives SARIF that names rule, level, file and line", async () => {
    const { code, out } = await say(["doctor", "--sarif", "Dockerfile"], { Dockerfile: BAD });
    const { version, runs } = JSON.parse(out);
    expect({
      code,
      version,
      rule: runs[0].tool.driver.rules[runs[0].results[0].ruleIndex].id,
      results: runs[0].results,
    }).toEqual({
      code: 1,
      version: "2.1.0",
      rule: "curl-without-fail",
      results: [
        {
          ruleId: "curl-without-fail",
          ruleIndex: 12,
          level: "error",
          message: {
            text: "HEALTHCHECK: Without -f curl exits with 0 on a 503, so the check passes always. Instead: curl -f http://127.0.0.1:8080/status/live",
          },
          locations: [{ physicalLocation: { artifactLocation: { uri: "Dockerfile" }, region: { startLine: 2 } } }],
        },
      ],
    });
  });
});

describe("doctor --from", () => {
  const answer =
    (body: unknown, contentType = "application/health+json") =>
    () =>
      Promise.resolve({ contentType, body: JSON.stringify(body) });
  const check = (refuseAfter: number | null, more: object = {}) => [
    { required: true, limits: { refuseAfter }, ...more },
  ];
  const pod = { "-": NOTED };

  test("takes the strictest refuseAfter of what is required", async () => {
    const { out } = await say(
      ["doctor", "--json", "--from", "http://127.0.0.1/status", "-"],
      pod,
      answer({
        checks: { "index:age": check(65), "rules:age": check(null), "other:age": check(5, { required: false }) },
      }),
    );
    expect(
      JSON.parse(out).findings.map(({ rule, message }: { rule: string; message: string }) => [rule, message]),
    ).toContainEqual([
      "stale-fails-closed",
      "When the source dies, every replica refuses after 65 s, and behind Kubernetes (kubelet httpGet): a Service without ready endpoints rejects every connection (no panic mode).",
    ]);
  });

  test("reads the limits of the library itself, and hears nothing where it allows no details", async () => {
    const loader = { load: () => 1, refreshEvery: "30s", staleAfter: "65s", refuseAfter: "10m" } as const;
    const ask = async (allowed: boolean): Promise<Said> => {
      const health = createHealth({ ...(allowed && { details: details("always") }) });
      health.resource("index", loader);
      const said = await say(["doctor", "--from", "http://127.0.0.1/status", "-"], pod, async (url, accept) => {
        const response = await health.fetch(new Request(url, { headers: { accept } }));
        return { contentType: response.headers.get("content-type") ?? "", body: await response.text() };
      });
      await health.close();
      return said;
    };
    const [open, shut] = [await ask(true), await ask(false)];
    expect([open.code, open.out.includes("every replica refuses after 600 s"), shut.code, shut.out]).toEqual([
      1,
      true,
      2,
      "",
    ]);
  });

  test("reads how long the library's longest load took, and judges the start-up budget by it", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock, details: details("always") });
    const seconds = [40, 90, 5];
    health.resource("index", {
      load: () => new Promise((resolve) => clock.setTimer(() => resolve({}), (seconds.shift() ?? 1) * 1_000, false)),
      refreshEvery: "10m",
    });
    const manifest = `${NOTED}      startupProbe:
        httpGet: { path: /status/startup, port: 8080 }
        periodSeconds: 10
        failureThreshold: 6
`;
    const budgets = async (): Promise<readonly string[]> => {
      const { out } = await say(
        ["doctor", "--json", "--from", "http://127.0.0.1/status", "-"],
        { "-": manifest },
        async (url, accept) => {
          const response = await health.fetch(new Request(url, { headers: { accept } }));
          return { contentType: response.headers.get("content-type") ?? "", body: await response.text() };
        },
      );
      const findings: readonly { rule: string; message: string }[] = JSON.parse(out).findings;
      return findings.filter(({ rule }) => rule === "startup-budget-short").map(({ message }) => message);
    };
    health.start();
    const said = [await budgets()];
    for (const wait of ["1m", "20m", "10m"]) {
      await clock.advance(toMs("wait", wait, 0));
      said.push(await budgets());
    }
    await health.close();
    expect(said.map((messages) => messages.map((message) => /\b(40|90|5) s\b/.exec(message)?.[1]))).toEqual([
      [],
      [],
      ["90"],
      ["90"],
    ]);
  });

  test("lets what the user says win", async () => {
    const { out } = await say(
      ["doctor", "--json", "--from", "http://127.0.0.1/status", "--refuse-after", "never", "-"],
      pod,
      answer({ checks: { "index:age": check(65) } }),
    );
    expect(JSON.parse(out).findings.map(({ rule }: { rule: string }) => rule)).toEqual(["no-drain"]);
  });

  test.each([
    [
      "cannot be reached",
      () => Promise.reject(new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") })),
      "cannot be reached (connect ECONNREFUSED)",
    ],
    [
      "gives the word alone",
      answer("I-AM-ALIVE", "text/plain"),
      "gives no details (content-type text/plain); the service allows them with createHealth({ details: details(...) })",
    ],
    ["gives other JSON", answer([1, 2]), "what it gives is no health+json with checks"],
  ])("says so where the service %s", async (_, fetch, message) => {
    expect(await say(["doctor", "--from", "http://h/status", "-"], pod, fetch)).toEqual({
      code: 2,
      out: "",
      err: `health-state: --from http://h/status: ${message}\n`,
    });
  });
});

describe("config", () => {
  test.each(PROBERS.map(({ name }) => name))("prints every form of %s", async (name) => {
    const { code, out } = await say(["config", name, "--port", "5100", "--base", "/ops", "--load-time", "2m"]);
    const texts = configure(name, { port: 5100, base: "/ops", loadTime: "2m" }).map(({ text }) => text);
    expect({ code, missing: texts.filter((text) => !out.includes(text)) }).toEqual({ code: 0, missing: [] });
  });

  test("prints the one form that was asked for, and nothing around it", async () => {
    const [, json] = configure("consul");
    expect(await say(["config", "consul", "--format", "json"])).toEqual({ code: 0, out: json?.text, err: "" });
  });

  test.each([
    [["config"], "config takes the name of one prober; health-state probers lists them"],
    [["config", "consul", "--format", "toml"], '--format "toml": consul has hcl, json'],
    [
      ["config", "cloud-run", "--load-time", "1h"],
      "refused. cloud-run: a load of 3600 s needs a start-up budget of 3605 s, and 600 s is the most it accepts: load less, or listen before the load and let readiness wait",
    ],
    [["config", "consul", "--port", "http"], '--port "http": must be a whole number from 1 to 65535'],
    [["cure"], '"cure" is no command; there are config, doctor, simulate and probers'],
    [["doctor"], "doctor takes at least one file, or - for standard input"],
    [["doctor", "--json", "--sarif", "a"], "--json and --sarif exclude each other"],
    [
      ["doctor", "--load-time", "long", "a"],
      '--load-time is "long"; it must be a duration of at least 0 ms (1500, "500ms", "30s", "5m", "2h")',
    ],
  ])("%j exits with 2 and one line", async (args, message) => {
    expect(await say(args)).toEqual({ code: 2, out: "", err: `health-state: ${message}\n` });
  });
});

test("probers --markdown is the page in docs", async () => {
  expect(await say(["probers", "--markdown"])).toEqual({ code: 0, out: toMarkdown(), err: "" });
});

test("--help says every command and option, and exits with 0", async () => {
  const { code, out } = await say(["--help"]);
  expect({
    code,
    says: ["config", "doctor", "--load-time", "--sarif", "--from"].every((word) => out.includes(word)),
  }).toEqual({ code: 0, says: true });
});
