import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { rounded } from "./rounds.mjs";
import { row, skipped } from "./stats.mjs";

const at = (path) => fileURLToPath(new URL(`../dist/${path}`, import.meta.url));

async function gzipped(source, { folder = at("."), platform = "neutral" } = {}) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: folder },
    bundle: true,
    minify: true,
    format: "esm",
    platform,
    external: ["node:*", "hono"],
    write: false,
    logLevel: "error",
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
  const rows = [row("size", "the core", "–", core, "kB gzip", ["<=", 9.5])];
  for (const adapter of ["node", "hono", "fastify", "koa", "bun", "deno", "cloudflare", "aws-lambda"]) {
    const mounted = await gzipped(
      `${APPLICATION}import { probes } from "./adapters/${adapter}.js";\nexport const mounted = probes(health);`,
    );
    rows.push(
      row(`size-${adapter}`, `\`health-state/${adapter}\`: what \`probes\` adds`, "–", mounted - core, "kB gzip", [
        "<=",
        0.7,
      ]),
    );
  }
  return [...rows, ...(await peerSizes(core))];
}

/** What others weigh, who do none of the loading. */
async function peerSizes(core) {
  const folder = fileURLToPath(new URL("../tools/peers/", import.meta.url));
  const entries = {
    "@gquittet/graceful-server": "default as peer",
    "@godaddy/terminus": "createTerminus as peer",
    medicus: "medicus as peer",
    lightship: "createLightship as peer",
  };
  if (!existsSync(`${folder}node_modules`)) return [skipped("size-peers", "tools/peers is not installed")];
  return Promise.all(
    Object.entries(entries).map(async ([name, names]) => {
      const source = `import { ${names} } from "${name}";\nexport default peer;`;
      const size = await gzipped(source, { folder, platform: "node" });
      return row(`size ${name}`, "the core", `${name}, ${size.toFixed(1)} kB`, core / size, "×");
    }),
  );
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
  return [row("import", "cold import of `health-state`", "an empty module", samples, "ms more", ["<=", 2])];
}
