import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { say } from "../kit/command.ts";

const MANIFEST = `# The shop.
apiVersion: v1
kind: Pod
metadata: { name: shop } # short
spec:
  containers:
    - name: app
      image: registry.test/shop:1
      ports: [{ name: web, containerPort: 8080 }]
      readinessProbe:
        httpGet: { path: /ready, port: http } # the name is wrong
        periodSeconds: 5
        timeoutSeconds: 10
      livenessProbe:
        # A new interpreter each time.
        exec: { command: [python, check.py] }
        periodSeconds: "10"
`;

/** Runs the doctor with --fix; what it wrote. */
async function fix(file: string, text: string, ...args: readonly string[]): Promise<{ out: string; text: string }> {
  let written = text;
  const write = (_: string, next: string): Promise<void> => {
    written = next;
    return Promise.resolve();
  };
  const { out } = await say(["doctor", ...args, file], { [file]: text }, undefined, write);
  return { out, text: written };
}

describe("doctor --fix", () => {
  test("writes the certain corrections, and keeps comments, order and quotes", async () => {
    const { text } = await fix("a.yaml", MANIFEST, "--fix");
    expect(text).toBe(
      MANIFEST.replace("port: http }", "port: web }")
        .replace("timeoutSeconds: 10", "timeoutSeconds: 5")
        .replace("        exec:", "        timeoutSeconds: 5\n        exec:")
        .replace('"10"', "10"),
    );
    const { code } = await say(["doctor", "a.yaml"], { "a.yaml": text });
    expect(code).toBe(0);
  });

  test("shows the difference first, and --diff writes nothing", async () => {
    const shown = await fix("a.yaml", MANIFEST, "--diff");
    expect(shown.text).toBe(MANIFEST);
    expect(shown.out).toContain(
      [
        "--- a.yaml",
        "+++ a.yaml",
        "@@ -9,5 +9,5 @@",
        "       ports: [{ name: web, containerPort: 8080 }]",
        "       readinessProbe:",
        "-        httpGet: { path: /ready, port: http } # the name is wrong",
        "+        httpGet: { path: /ready, port: web } # the name is wrong",
      ].join("\n"),
    );
    const { out } = await fix("a.yaml", MANIFEST, "--fix");
    expect(out.indexOf("+++ a.yaml")).toBeLessThan(out.indexOf("a.yaml: 4 corrected"));
  });

  test("writes into flow maps and JSON too", async () => {
    const flow = "services: { app: { image: a, healthcheck: { test: [CMD, /check], interval: 10 } } }\n";
    expect((await fix("compose.yml", flow, "--fix")).text).toBe(flow.replace("interval: 10", "interval: 10s"));
    const json = '[{ "name": "a", "image": "b", "healthCheck": { "command": ["CMD", "/c"], "startPeriod": 999 } }]\n';
    expect((await fix("task.json", json, "--fix")).text).toBe(json.replace("999", "300"));
  });

  test("corrects a command and nothing around it", async () => {
    const text =
      "services:\n  app:\n    image: a\n    healthcheck:\n      test: curl http://127.0.0.1/x || true # why\n";
    expect((await fix("compose.yml", text, "--fix")).text).toBe(text.replace("|| true", "|| exit 1"));
  });

  const PRETTY = JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Pod",
      spec: { containers: [{ name: "app", image: "a", livenessProbe: { exec: { command: ["python", "check.py"] } } }] },
    },
    null,
    2,
  );

  test("adds a key to JSON over several lines, and keeps it JSON", async () => {
    const { text } = await fix("a.json", PRETTY, "--fix");
    expect(text).toBe(PRETTY.replace('          "exec"', '          "timeoutSeconds": 5,\n          "exec"'));
    expect(JSON.parse(text).spec.containers[0].livenessProbe.timeoutSeconds).toBe(5);
  });

  test("writes durations into JSON with quotes", async () => {
    const clusters = (check: object): string =>
      JSON.stringify({ static_resources: { clusters: [{ name: "a", health_checks: [check] }] } }, null, 2);
    const check = { timeout: "10s", interval: "5s", unhealthy_threshold: 2, http_health_check: { path: "/ready" } };
    const { text } = await fix("envoy.json", clusters(check), "--fix");
    expect(JSON.parse(text).static_resources.clusters[0].health_checks[0]).toEqual({
      ...check,
      timeout: "5s",
      healthy_threshold: 2,
    });
    const compose = '{ "services": { "a": { "healthcheck": { "test": ["CMD", "/check"], "interval": 10 } } } }';
    expect((await fix("compose.json", compose, "--fix")).text).toBe(compose.replace("10", '"10s"'));
  });

  const SHARED = `apiVersion: v1
kind: Pod
spec:
  containers:
    - name: app
      image: a
      lifecycle: { preStop: { sleep: { seconds: 10 } } }
      startupProbe: { httpGet: { path: /status/startup, port: 80 } }
      readinessProbe: &probe
        httpGet: { path: /status, port: 80 }
        initialDelaySeconds: &seconds 30
        timeoutSeconds: *seconds
`;

  test.each([
    ["a path that another probe takes by an alias", `${SHARED}      livenessProbe: *probe\n`],
    ["a path that another probe merges", `${SHARED}      livenessProbe: { <<: *probe, periodSeconds: 40 }\n`],
    ["a number with an anchor", SHARED],
    [
      "a port that is right for another container",
      "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      image: b\n      ports: [{ name: web, containerPort: 80 }]\n      readinessProbe: &probe { httpGet: { path: /ready, port: admin } }\n    - name: c\n      image: d\n      ports: [{ name: admin, containerPort: 81 }]\n      readinessProbe: *probe\n",
    ],
    [
      "a map with a question mark before its first key",
      "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      image: b\n      livenessProbe:\n        ? exec\n        : { command: [python, x.py] }\n",
    ],
  ])("does not change %s, and does not say that it can", async (_, text) => {
    expect((await fix("a.yaml", text, "--fix")).text).toBe(text);
    const { findings } = JSON.parse((await say(["doctor", "--json", "a.yaml"], { "a.yaml": text })).out);
    expect(findings.map(({ fixable }: { fixable: boolean }) => fixable)).toEqual(findings.map(() => false));
    expect(findings).not.toEqual([]);
  });

  test("does not change Terraform, and does not say that it can", async () => {
    const text =
      'resource "aws_lb_target_group" "a" {\n  health_check {\n    path = "/ready"\n    interval = 5\n    timeout = 5\n  }\n}\n';
    expect((await fix("a.tf", text, "--fix")).text).toBe(text);
    const { findings } = JSON.parse((await say(["doctor", "--json", "a.tf"], { "a.tf": text })).out);
    expect(findings).toMatchObject([{ rule: "timeout-over-period", fixable: false }]);
  });

  test("does not change a file that is not UTF-8", async () => {
    const text = `# The sh\uFFFDp\n${MANIFEST}`;
    const written: string[] = [];
    const { code, err } = await say(["doctor", "--fix", "a.yaml"], { "a.yaml": text }, undefined, (_, next) => {
      written.push(next);
      return Promise.resolve();
    });
    expect([code, err, written]).toEqual([
      2,
      "health-state: a.yaml: is not UTF-8, so --fix does not change it. Save it in UTF-8\n",
      [],
    ]);
  });

  test("cannot write into standard input", async () => {
    const { code, err } = await say(["doctor", "--fix", "-"], { "-": MANIFEST });
    expect([code, err]).toEqual([
      2,
      "health-state: --fix cannot write to standard input. Use --diff to see the changes\n",
    ]);
  });

  const CORPUS = join(import.meta.dirname, "../doctor/corpus");
  const files = ["kubernetes", "compose", "envoy"].flatMap((kind) =>
    readdirSync(join(CORPUS, kind)).map((name) => join(kind, name)),
  );
  test.each(files)("%s stays readable, and has no more findings than before", async (name) => {
    const text = readFileSync(join(CORPUS, name), "utf8");
    const args = /^# args: (.*)$/m.exec(text)?.[1]?.split(" ") ?? [];
    const before = await say(["doctor", "--json", ...args, "a.yaml"], { "a.yaml": text });
    const { text: next } = await fix("a.yaml", text, "--fix", ...args);
    expect(parseAllDocuments(next).flatMap(({ errors }) => errors)).toEqual([]);
    expect(next.match(/#.*/g)).toEqual(text.match(/#.*/g));
    const after = await say(["doctor", "--json", ...args, "a.yaml"], { "a.yaml": next });
    const bad = (out: string): readonly string[] =>
      JSON.parse(out)
        .findings.filter(({ severity }: { severity: string }) => severity !== "note")
        .map(({ rule }: { rule: string }) => rule);
    expect(bad(after.out).filter((rule) => !bad(before.out).includes(rule))).toEqual([]);
    expect(bad(after.out).length).toBeLessThanOrEqual(bad(before.out).length);
  });
});

describe("doctor --github", () => {
  test("writes a workflow command for each finding, escaped", async () => {
    const text = "services:\n  app:\n    image: a\n    healthcheck:\n      test: curl http://127.0.0.1/100%25\n";
    const { out } = await say(["doctor", "--github", "compose.yml"], { "compose.yml": text });
    expect(out.split("\n")[0]).toBe(
      "::error file=compose.yml,line=5,title=curl exits with 0 on an HTTP error [curl-without-fail]::curl runs without -f. " +
        "curl exits with 0 on a 503, so the check always passes.%0Ainstead: curl -f http://127.0.0.1/100%2525%0A" +
        "more: https://unpkg.com/health-state-cli/docs/reference/doctor/curl-without-fail.md",
    );
  });
});

describe("the configuration of the doctor", () => {
  const files = { "deploy/a.yaml": MANIFEST.replace("[python, check.py]", "[cat, /x]").replace('"10"', "10") };

  test("silences a rule in some files, with a reason, and says how many it silenced", async () => {
    const config =
      "silence:\n  - rule: unknown-port\n    files: deploy/**\n    reason: the webhook adds the port\n  - { rule: timeout-over-period, reason: so it is }\n";
    expect(await say(["doctor", "deploy/a.yaml"], { ...files, ".health-state.yaml": config })).toEqual({
      code: 0,
      out: "2 checks in 1 file: 0 errors, 0 warnings, 0 notes; 2 silenced\n",
      err: "",
    });
  });

  test.each([
    [
      "silence:\n  - rule: tcp-check\n",
      "c.yaml:2: the reason is missing. Write reason: and why tcp-check does not matter here",
    ],
    ["silence:\n  - { rule: tcp, reason: x }\n", 'c.yaml:2: there is no rule "tcp". Did you mean tcp-check?'],
    ["quiet: true\n", 'c.yaml:1: "quiet" is not an option. The options are silence and ours'],
  ])("refuses %j", async (text, message) => {
    const { code, err } = await say(["doctor", "--config", "c.yaml", "deploy/a.yaml"], { ...files, "c.yaml": text });
    expect([code, err]).toEqual([2, `health-state: ${message}\n`]);
  });
});

describe("doctor --allow-unread", () => {
  test("names files of other kinds, and judges the rest", async () => {
    const files = { "values.yaml": "replicaCount: 1\nimage: { tag: a }\n", "ci.yml": "on: push\n", "a.yaml": MANIFEST };
    const said = await say(["doctor", "--only", "tcp-check", ...Object.keys(files)], files);
    const allowed = await say(["doctor", "--only", "tcp-check", "--allow-unread", ...Object.keys(files)], files);
    expect([said.code, allowed.code, allowed.err.trim().split("\n").length]).toEqual([2, 0, 2]);
    expect((await say(["doctor", "--allow-unread", "no.yaml"])).code).toBe(2);
  });

  test.each([
    ["start.sh", '#!/bin/sh\nset -e\nif [ -z "$1" ]; then echo "usage: start"; fi\n'],
    ["Makefile", "all:\n\tdocker build .\ndeploy: all\n\tkubectl apply -f deploy.yaml\n"],
    [".env", 'A=b\nC="d: e"\n'],
    ["README.md", "# Shop\n\nRead this: now\n- one\n* two: three\n"],
    ["traefik.toml", '[http.services]\n  [http.services.app]\n    path = "/ready"\n'],
    ["_helpers.tpl", '{{/* The name */}}\n{{- define "shop.name" -}}\n{{- end }}\n'],
    ["default.vcl", 'vcl 4.1;\nbackend default {\n  .host = "127.0.0.1";\n}\n'],
  ])("%s is a file of another kind, not one with mistakes", async (file, text) => {
    expect(await say(["doctor", "--allow-unread", file], { [file]: text })).toMatchObject({
      code: 0,
      err: expect.stringContaining(`${file}: has an unknown format.`),
    });
  });

  test.each(["a.yaml", "a.json", "-"])("a mistake in %s is still one", async (file) => {
    expect((await say(["doctor", "--allow-unread", file], { [file]: "a: [1\nb: c: d\n" })).code).toBe(2);
  });

  test("says that UTF-16 is UTF-16", async () => {
    const text = Buffer.from("\uFEFFapiVersion: v1\n", "utf16le").toString("utf8");
    expect(await say(["doctor", "a.yaml"], { "a.yaml": text })).toEqual({
      code: 2,
      out: "",
      err: "health-state: a.yaml: is text in UTF-16. Save it in UTF-8\n",
    });
  });
});
