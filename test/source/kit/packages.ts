import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ROOT } from "../../repo/tree.ts";

const folder = join(ROOT, "tools/databases");

/** Why the clients cannot be had here, if they cannot. */
export const missingPackages: string | undefined = isInstalled()
  ? undefined
  : "the packages of tools/databases are not installed: run node tools/install.mjs databases";

/** A package of tools/databases; the test names what it uses of it. */
export function packageOf<T>(name: string): T {
  return createRequire(join(folder, "package.json"))(name);
}

function isInstalled(): boolean {
  const { dependencies }: { readonly dependencies: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  return Object.keys(dependencies).every((name) => existsSync(join(folder, "node_modules", name, "package.json")));
}
