import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ROOT } from "../../repo/tree.ts";

const TOOLS = join(ROOT, "tools/runtimes/node_modules/.bin");

const RUNTIMES: readonly (readonly [name: string, program: string, args: readonly string[]])[] = [
  ["Node", process.execPath, []],
  ["Bun", join(TOOLS, "bun"), []],
  ["Deno", join(TOOLS, "deno"), ["run", "-A"]],
];

for (const [name, program, args] of RUNTIMES)
  test(`files that are rewritten, swapped and torn, on ${name}`, { timeout: 300_000 }, async ({ skip }) => {
    if (!existsSync(program)) skip(`${name} is not installed: npm run test:runtimes installs it`);
    const file = join(ROOT, "test/source/file/case.mjs");
    const { stdout } = await promisify(execFile)(program, [...args, file, process.execPath]);
    expect(JSON.parse(stdout)).toEqual({ cases: 10, failed: {} });
  });
