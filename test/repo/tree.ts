import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's top level. */
export const ROOT: string = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** What git tracks, relative to the top level; a file removed and not yet committed is left out. */
export const FILES: readonly string[] = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(ROOT, file)));

/** A file's text. */
export function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

/** The code of a file without its comments. */
export function codeOf(file: string): string {
  return read(file).replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, "");
}

/** What a module imports from, as it is written; whatever `import()` is given, too. */
export function importsOf(file: string): readonly string[] {
  const from = /(?<=^|[\s}*])(?:from|import)\s*"([^"\s]+)"|\bimport\(\s*([^)]*)/g;
  return [...codeOf(file).matchAll(from)].map(([, name, dynamic]) => name ?? dynamic ?? "");
}
