import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../repo/tree.ts";
import { missingPackages } from "./kit/packages.ts";

if (missingPackages !== undefined) console.log(`skipped against the packages' own types: ${missingPackages}`);

test.skipIf(missingPackages !== undefined)(
  "the sources take the clients as the packages' own types declare them",
  () => {
    const compile = (): string => {
      try {
        const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
        return execFileSync(process.execPath, [compiler, "-p", join(ROOT, "tools/databases/types")], {
          encoding: "utf8",
        });
      } catch (error) {
        return String(Reflect.get(Object(error), "stdout"));
      }
    };
    expect(compile()).toBe("");
  },
);
