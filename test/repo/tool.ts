import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./tree.ts";

/**
 * A program from a lock file of its own under tools/, installed when it is not there. `undefined`, with
 * the reason printed, where it cannot be had: the tests that need it are then skipped.
 */
export function findTool(folder: string, program: string): string | undefined {
  const path = join(ROOT, "tools", folder, "node_modules", program);
  if (existsSync(path)) return path;
  try {
    console.log(`installing tools/${folder}`);
    execFileSync("npm", ["ci", "--prefix", join(ROOT, "tools", folder)], { stdio: "ignore" });
    return path;
  } catch (error) {
    console.log(`skipped what needs tools/${folder}: ${String(error)}`);
    return undefined;
  }
}
