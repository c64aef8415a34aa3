import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../repo/tree.ts";
import { missing } from "./kit.ts";

test.skipIf(missing !== undefined)("the entries take what the real packages declare", () => {
  const compile = (): string => {
    try {
      const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
      return execFileSync(process.execPath, [compiler, "-p", join(ROOT, "tools/seeing/types")], { encoding: "utf8" });
    } catch (error) {
      return String(Reflect.get(Object(error), "stdout"));
    }
  };
  expect(compile()).toBe("");
});
