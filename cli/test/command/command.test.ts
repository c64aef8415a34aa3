import { describe, expect, test } from "vitest";
import { configure, PROBERS, toMarkdown } from "../../src/probers/index.ts";
import { COMMANDS, isCommand } from "../../src/command/options.ts";
import { say } from "../kit/command.ts";

const GOOD = "FROM node:20\nHEALTHCHECK CMD curl -f http://127.0.0.1:8080/status/live\n";
const BAD = "FROM node:20\nHEALTHCHECK CMD curl http://127.0.0.1:8080/status/live\n";
const NOTED =
  "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: app\n      readinessProbe:\n        httpGet: { path: /status, port: 8080 }\n";

const LINE = [
  "Dockerfile:2: error [curl-without-fail] HEALTHCHECK",
  "    curl runs without -f. curl exits with 0 on a 503, so the check always passes.",
  "    instead: curl -f http://127.0.0.1:8080/status/live",
  "    more: https://unpkg.com/health-state-cli/docs/reference/doctor/curl-without-fail.md",
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
      "a.yaml:3: Map keys must be unique (if this is a template, render it first: helm template ... | health-state doctor -)",
    ],
    [
      "a.yaml",
      "hello: world\n",
      "a.yaml: has an unknown format. The doctor reads Kubernetes manifests, Compose files, Dockerfiles, haproxy.cfg, Envoy YAML, Consul definitions, ECS task definitions, CloudFormation templates, Terraform files and Nomad jobs",
    ],
    [
      "a.json",
      "",
      "a.json: is empty. The doctor reads Kubernetes manifests, Compose files, Dockerfiles, haproxy.cfg, Envoy YAML, Consul definitions, ECS task definitions, CloudFormation templates, Terraform files and Nomad jobs",
    ],
    [
      "a.png",
      "PNG\0\0",
      "a.png: is a binary file. The doctor reads Kubernetes manifests, Compose files, Dockerfiles, haproxy.cfg, Envoy YAML, Consul definitions, ECS task definitions, CloudFormation templates, Terraform files and Nomad jobs",
    ],
    ["a.tf", 'resource "x" "y" {', "a.tf:1: a block is not closed"],
    ["a.yaml", `a: ${"[".repeat(50_000)}`, "a.yaml:1: is nested too deeply"],
  ])("says why it cannot read %s that holds %.60j", async (name, text, message) => {
    expect(await say(["doctor", name], { [name]: text })).toEqual({
      code: 2,
      out: "",
      err: `health-state: ${message}\n`,
    });
  });

  test("gives SARIF that names rule, level, file and line", async () => {
    const odd = await say(["doctor", "--sarif", "a b/#1?.dockerfile"], { "a b/#1?.dockerfile": BAD });
    expect(JSON.parse(odd.out).runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri).toBe(
      "a%20b/%231%3F.dockerfile",
    );
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
          ruleIndex: 13,
          level: "error",
          message: {
            text: "HEALTHCHECK: curl runs without -f. curl exits with 0 on a 503, so the check always passes. Instead: curl -f http://127.0.0.1:8080/status/live",
          },
          locations: [{ physicalLocation: { artifactLocation: { uri: "Dockerfile" }, region: { startLine: 2 } } }],
        },
      ],
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
    [["config"], "config needs the name of one prober. health-state probers lists them"],
    [["config", "consul", "--format", "toml"], '--format "toml": consul has hcl, json'],
    [
      ["config", "cloud-run", "--load-time", "1h"],
      "refused. cloud-run: a load of 3600 s needs a start-up time of 3605 s, but it accepts at most 600 s. Make the load shorter, or listen before the load and let readiness hold back the traffic",
    ],
    [["config", "consul", "--port", "http"], '--port "http": must be a whole number from 1 to 65535'],
    [["cure"], 'there is no command "cure". The commands are config, doctor, fleet, probers, simulate and watch'],
    [["doctor"], "doctor needs at least one file, or - for standard input"],
    [["doctor", "--json", "--sarif", "a"], "--json and --sarif cannot be used together"],
    [
      ["doctor", "--load-time", "long", "a"],
      '--load-time is "long". Pass a duration of at least 0 ms ("500ms", "30s", "5m", "2h").',
    ],
  ])("%j exits with 2 and one line", async (args, message) => {
    expect(await say(args)).toEqual({ code: 2, out: "", err: `health-state: ${message}\n` });
  });
});

test("probers --markdown is the page in docs", async () => {
  expect(await say(["probers", "--markdown"])).toEqual({ code: 0, out: toMarkdown(), err: "" });
});

test("--help names every command, and help of a command every option of it", async () => {
  const { code, out } = await say(["--help"]);
  const names = Object.keys(COMMANDS).filter(isCommand);
  expect([code, names.filter((name) => !out.includes(`health-state ${name}`))]).toEqual([0, []]);
  for (const name of names) {
    const pages = [await say([name, "--help"]), await say(["help", name])];
    expect(pages[0]).toEqual(pages[1]);
    expect(Object.keys(COMMANDS[name]).filter((option) => !pages[0]?.out.includes(`--${option}`))).toEqual([]);
  }
});

test("--version is that of the package", async () => {
  expect(await say(["--version"])).toEqual({ code: 0, out: "0.1.0\n", err: "" });
});

test.each([
  [
    ["docter", "a"],
    'there is no command "docter". The commands are config, doctor, fleet, probers, simulate and watch. Did you mean doctor?',
  ],
  [
    ["doctor", "--load-tiem", "2m", "a"],
    "doctor has no option --load-tiem. Did you mean --load-time? See health-state help doctor",
  ],
  [["doctor", "--only", "tcp-chek", "a"], '--only: there is no rule "tcp-chek". Did you mean tcp-check?'],
  [["config", "kubernets"], /Did you mean|one of kubernetes/],
  [["simulate", "cold-strat"], /Did you mean cold-start\?/],
] as const)("%j is told the nearest word", async (args, message) => {
  const { code, err } = await say(args);
  expect(code).toBe(2);
  if (typeof message === "string") expect(err).toBe(`health-state: ${message}\n`);
  else expect(err).toMatch(message);
});
