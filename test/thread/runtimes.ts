import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ROOT } from "../repo/tree.ts";

const BIN = join(ROOT, "tools/runtimes/node_modules/.bin");
const NODES = join(ROOT, "tools/nodes/node_modules");

/** A runtime, and how it is called. */
export interface Runtime {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

export const RUNTIMES: readonly Runtime[] = [
  { name: "this Node", program: process.execPath, args: [] },
  { name: "Node 22", program: join(NODES, "node-22/bin/node"), args: [] },
  { name: "Node 24", program: join(NODES, "node-24/bin/node"), args: [] },
  { name: "Bun", program: join(BIN, "bun"), args: [] },
  { name: "Deno", program: join(BIN, "deno"), args: ["run", "-A"] },
];

/**
 * Runs a file of cases on every runtime. It prints how many cases it has, and what failed. It ends by itself, so
 * nothing that it started may keep its process alive.
 */
export function testOnEveryRuntime(what: string, file: string, cases: number): void {
  for (const { name, program, args } of RUNTIMES)
    test(`${what}, on ${name}`, { timeout: 300_000 }, async ({ skip }) => {
      if (!existsSync(program)) skip(`${name} is not installed: npm run test:runtimes installs it`);
      const { stdout } = await promisify(execFile)(program, [...args, join(ROOT, file)], { timeout: 240_000 });
      expect(JSON.parse(stdout)).toEqual({ cases, failed: {} });
    });
}
