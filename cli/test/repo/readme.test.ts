import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configure } from "../../src/probers/index.ts";
import { say } from "../kit/command.ts";

const FILE = join(import.meta.dirname, "../../README.md");
const README = readFileSync(FILE, "utf8");
const CONSOLE = /^```console\n\$ npx health-state-cli (.*)\n([\s\S]*?)^```$/gm;
const [, deployment = ""] = /^```yaml\n([\s\S]*?)^```$/m.exec(README) ?? [];
/** What the page's line of `sed` makes of it. */
const FILES = {
  "deployment.yaml": deployment,
  "corrected.yaml": deployment.replace(/(livenessProbe[^]*)healthz/, "$1livez"),
};

describe("cli/README.md", () => {
  const examples = [...README.matchAll(CONSOLE)].map(([, line = "", output = ""]) => [line, output] as const);

  test("has an example of every command", () => {
    expect(examples.map(([line]) => line.split(" ")[0])).toEqual([
      "doctor",
      "config",
      "simulate",
      "simulate",
      "probers",
    ]);
  });

  // UPDATE=1 writes what is printed now into the page.
  test.each(examples)("shows what is printed by %s", async (line, output) => {
    const { out } = await say(line.split(" "), FILES);
    if (process.env["UPDATE"]) {
      const page = readFileSync(FILE, "utf8");
      writeFileSync(
        FILE,
        page.replace(`cli ${line}\n${output}`, () => `cli ${line}\n${out}`),
      );
    } else expect(output).toBe(out);
  });

  test("corrects the file by a line that does what the doctor says", () => {
    expect(README).toContain("sed '/livenessProbe/,$s/healthz/livez/' deployment.yaml > corrected.yaml");
    expect(FILES["corrected.yaml"].match(/path: \S+/g)).toEqual(["path: /healthz,", "path: /livez,"]);
  });

  test.each([
    ["doctor corrected.yaml --load-time 90s", ["0 errors, 0 warnings, 0 notes"]],
    ["doctor corrected.yaml --drain 0s", ["preStop: { sleep: { seconds: 10 } }"]],
    ["doctor corrected.yaml --drain 10s", ["0 errors, 0 warnings, 0 notes"]],
    ["simulate corrected.yaml --load-time 90s --drain 10s", ["Nothing needs to change."]],
    ["simulate deployment.yaml --load-time 90s", ["27 restarts, never ready", "failureThreshold: 67"]],
    ["simulate deployment.yaml --load-time 90s --refuse-after 365s", ["-> livenessProbe path: /livez"]],
    ["doctor deployment.yaml --load-time 90s", ["failureThreshold: 28", "instead: path: /livez"]],
    ["config kubernetes --load-time 90s", ["failureThreshold: 28"]],
  ])("says the same as %s", async (line, parts) => {
    const { out } = await say(line.split(" "), FILES);
    for (const part of parts) expect(out).toContain(part);
  });

  test("silences a rule by a comment in the place that it shows", async () => {
    const [, example = ""] = /^\*\*Silence a rule\*\*[^]*?^```yaml\n([^]*?)^```$/m.exec(README) ?? [];
    const pod = `apiVersion: v1
kind: Pod
metadata: { name: broker }
spec:
  containers:
    - name: broker
      image: example/broker:1
${example.replaceAll(/^/gm, "      ")}`;
    const { out } = await say(["doctor", "pod.yaml"], { "pod.yaml": pod });
    expect(out).toContain("0 errors, 0 warnings, 0 notes; 1 silenced");
  });

  test("shows a program that does what it says", () => {
    expect(README).toContain('configure("kubernetes", { port: 8080, loadTime: "2m" })');
    expect(configure("kubernetes", { port: 8080, loadTime: "2m" })[0]?.text).toContain("kind: Deployment");
  });
});
