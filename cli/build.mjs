// Bundles the command into one file, so that the package needs nothing at run time. Run it from the package's root.
import { chmodSync, readFileSync } from "node:fs";
import { build } from "esbuild";

// What is bundled brings its licence along.
const licence = `/*! Contains yaml:\n${String(readFileSync("node_modules/yaml/LICENSE", "utf8"))}*/`;
const outfile = "dist/cli/health-state.js";
await build({
  entryPoints: ["cli/main.ts"],
  outfile,
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
chmodSync(outfile, 0o755);
