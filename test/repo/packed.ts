import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { read, ROOT } from "./tree.ts";

/** Installs the package, as npm would publish it, in an empty project. */
export function installPacked(folder: string): void {
  const npm = (args: readonly string[], cwd: string): unknown => execFileSync("npm", args, { cwd, stdio: "ignore" });
  npm(["pack", "--ignore-scripts", "--pack-destination", folder], ROOT);
  const tarball = readdirSync(folder).find((file) => file.endsWith(".tgz")) ?? "";
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
  npm(["install", "--offline", "--no-audit", "--no-fund", join(folder, tarball)], folder);
}

/** Each entry of the package, as `exports` names it, and its source. */
export const ENTRIES: readonly (readonly [name: string, source: string])[] = Object.entries<{ default?: string }>(
  JSON.parse(read("package.json")).exports,
).flatMap(([name, { default: file }]) =>
  file === undefined ? [] : [[name, file.replace("./dist/", "").replace(/\.js$/, ".ts")] as const],
);
