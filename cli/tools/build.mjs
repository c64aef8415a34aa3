// Writes dist/: the declarations by tsc, and the code bundled into a file for each entry, because one file is read
// several times as fast as a hundred. What the package depends on stays outside the bundle.
import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
rmSync("dist", { recursive: true, force: true });

const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
execFileSync(process.execPath, [tsc, "-p", "tsconfig.json"], { stdio: "inherit" });
for (const file of readdirSync("dist", { recursive: true })) if (file.endsWith(".js")) rmSync(join("dist", file));

await build({
  entryPoints: ["src/main.ts", "src/worker.ts", "src/probers/index.ts", "src/simulate/index.ts"],
  outdir: "dist",
  outbase: "src",
  chunkNames: "part/[name]-[hash]",
  bundle: true,
  splitting: true,
  packages: "external",
  platform: "node",
  format: "esm",
  target: "node20",
});
chmodSync("dist/main.js", 0o755);
