import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { rounded } from "./rounds.mjs";
import { row } from "./stats.mjs";

const at = (path) => fileURLToPath(new URL(`../dist/${path}`, import.meta.url));

async function gzipped(source) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: at(".") },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    external: ["node:*", "hono"],
    write: false,
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length / 1_000;
}

const APPLICATION = `
import { createHealth } from "./src/index.js";
const health = createHealth();
health.resource("index", { load: () => 1, refreshEvery: "30s" });
export default { fetch: health.fetch };
`;

/** What an application's bundle holds of it: gzip of the minified whole. */
export async function size() {
  const core = await gzipped(APPLICATION);
  const rows = [row("size", "core for one resource and `fetch`", "–", core, "kB gzip", ["<=", 4])];
  for (const adapter of ["node", "hono", "fastify", "koa", "bun", "deno", "cloudflare", "aws-lambda"]) {
    const mounted = await gzipped(
      `${APPLICATION}import { probes } from "./adapters/${adapter}.js";\nexport const mounted = probes(health);`,
    );
    rows.push(
      row(`size-${adapter}`, `\`health-state/${adapter}\`, \`probes\` on top`, "–", mounted - core, "kB gzip", [
        "<=",
        0.7,
      ]),
    );
  }
  return rows;
}

/** A cold import in a process of its own, beside an empty module. */
export function coldImport() {
  const folder = mkdtempSync(join(tmpdir(), "health-state-bench-"));
  const empty = join(folder, "empty.mjs");
  writeFileSync(empty, "export {};\n");
  const time = (path) => {
    const script = `const began = performance.now(); await import(${JSON.stringify(path)}); console.log(performance.now() - began);`;
    return Number(spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }).stdout);
  };
  const samples = [];
  for (let round = 0; round < rounded(25); round++) {
    const nothing = time(empty);
    samples.push(time(at("src/index.js")) - nothing);
  }
  rmSync(folder, { recursive: true });
  return [row("import", "cold import of the core", "an empty module", samples, "ms more", ["<=", 2])];
}
