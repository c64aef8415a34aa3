import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { configure } from "../../src/probers/index.ts";
import { say } from "../kit/command.ts";

const FILE = join(import.meta.dirname, "../../README.md");
const README = readFileSync(FILE, "utf8");
const CONSOLE = /^```console\n\$ npx health-state-cli (.*)\n([\s\S]*?)^```$/gm;
const [, deployment = ""] = /^```yaml\n([\s\S]*?)^```$/m.exec(README) ?? [];

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
    const { out } = await say(line.split(" "), { "deployment.yaml": deployment });
    if (process.env["UPDATE"]) {
      const page = readFileSync(FILE, "utf8");
      writeFileSync(
        FILE,
        page.replace(`cli ${line}\n${output}`, () => `cli ${line}\n${out}`),
      );
    } else expect(output).toBe(out);
  });

  test("shows a program that does what it says", () => {
    expect(README).toContain('configure("kubernetes", { port: 8080, loadTime: "2m" })');
    expect(configure("kubernetes", { port: 8080, loadTime: "2m" })[0]?.text).toContain("kind: Deployment");
  });
});
