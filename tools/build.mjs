// Bundles what tsc compiled, from the package's root: each entry of the package into one file, for a cold
// import reads one file several times as fast as thirty; and the command, so that it needs nothing at run time.
import { chmodSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { build } from "esbuild";

const entries = Object.values(JSON.parse(readFileSync("package.json", "utf8")).exports)
  .flatMap(({ default: file }) => file ?? [])
  .filter((file) => file.startsWith("./dist/src/"));

for (const file of readdirSync("dist/src", { recursive: true })) if (file.endsWith(".js")) rmSync(`dist/src/${file}`);
await build({
  entryPoints: entries.map((file) => file.replace("./dist/", "").replace(/\.js$/, ".ts")),
  outdir: "dist/src",
  outbase: "src",
  bundle: true,
  platform: "neutral",
  format: "esm",
  target: "es2022",
});

// What is bundled brings its licence along.
const licence = `/*! Contains yaml:\n${String(readFileSync("node_modules/yaml/LICENSE", "utf8"))}*/`;
const command = "dist/cli/health-state.js";
await build({
  entryPoints: ["cli/main.ts"],
  outfile: command,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  legalComments: "inline",
  // `yaml` is CommonJS and asks for node:process and node:buffer.
  banner: {
    js: `#!/usr/bin/env node\n${licence}\nimport { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);`,
  },
});
chmodSync(command, 0o755);
