import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { read, ROOT } from "./tree.ts";

const folder = mkdtempSync(join(tmpdir(), "health-state-lint-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The lines of a program in which a rule of our own finds something. */
async function linesFound(program: readonly string[]): Promise<readonly number[]> {
  const config = join(folder, "oxlint.json");
  const plugin = join(ROOT, "tools/oxlint/no-boolean-argument.mjs");
  const rules = { "house/no-boolean-argument": "error" };
  writeFileSync(config, JSON.stringify({ jsPlugins: [plugin], categories: { correctness: "off" }, rules }));
  writeFileSync(join(folder, "program.ts"), program.join("\n"));
  const oxlint = join(ROOT, "node_modules/oxlint/bin/oxlint");
  const args = [oxlint, "-c", config, "-f", "json", join(folder, "program.ts")];
  const { stdout } = await promisify(execFile)(process.execPath, args).catch((error: { stdout: string }) => error);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly { labels: readonly Label[] }[] };
  return diagnostics.flatMap(({ labels }) => labels.map(({ span }) => span.line)).sort((a, b) => a - b);
}

interface Label {
  readonly span: { readonly line: number };
}

test("a boolean literal as an argument is found, in a call of any form, and none in an object or for a platform", async () => {
  const program = [
    "listen(true);",
    "server.listen('x', false);",
    "server.end?.(true);",
    "new Server(true);",
    "listen({ once: true });",
    "clock.setTimer(stop, 5, true);",
    "connection.release(true);",
  ];
  expect(await linesFound(program)).toEqual([1, 2, 3, 4]);
});

test("the lint of the library has the rules that keep a call readable", () => {
  const { overrides } = JSON.parse(read(".oxlintrc.json")) as {
    overrides: readonly { files: readonly string[]; rules: object }[];
  };
  const rules = Object.assign(
    {},
    ...overrides.filter(({ files }) => files.includes("src/**")).map((each) => each.rules),
  );
  expect(rules).toMatchObject({
    "house/no-boolean-argument": "error",
    "max-params": ["error", { max: 4 }],
    "no-cond-assign": ["error", "always"],
    "no-multi-assign": "error",
  });
});
