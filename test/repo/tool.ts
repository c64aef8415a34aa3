import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./tree.ts";

/**
 * A program from a lock file of its own under tools/; `undefined`, with the reason printed, where it is
 * not installed: the tests that need it are then skipped.
 */
export function findTool(folder: string, program: string): string | undefined {
  const path = join(ROOT, "tools", folder, "node_modules", program);
  if (existsSync(path)) return path;
  console.log(`skipped what needs ${program}: run node tools/install.mjs ${folder}`);
  return undefined;
}
