// Writes the API reference to dist-docs/, a page for each symbol, from the docstrings of every entry of the package.
// It reads a copy of the sources in which each example stands between fences: without them it would be set as text.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const deno = join(root, "tools/runtimes/node_modules/deno/bin.cjs");
if (!existsSync(deno)) throw new Error("Deno is not there. Run: node tools/install.mjs runtimes");

const { name, version, exports, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const entries = Object.entries(exports).flatMap(([entry, { default: file }]) =>
  file === undefined ? [] : [[entry, `./${file.replace("./dist/", "").replace(/\.js$/, ".ts")}`]],
);

const copy = mkdtempSync(join(tmpdir(), "health-state-docs-"));
try {
  for (const folder of ["src", "adapters"]) cpSync(join(root, folder), join(copy, folder), { recursive: true });
  for (const file of readdirSync(copy, { recursive: true }).filter((path) => path.endsWith(".ts"))) {
    const text = readFileSync(join(copy, file), "utf8");
    const fenced = text.replace(
      /^( +\*) @example\n((?: +\*(?! @|\/).*\n)+)/gm,
      (_, star, code) => `${star} @example\n${star} \`\`\`ts\n${code}${star} \`\`\`\n`,
    );
    writeFileSync(join(copy, file), fenced);
  }
  // The first page lists the other entries.
  const others = entries.filter(([entry]) => entry !== ".").map(([entry]) => entry.slice(2));
  const list = others.map((entry) => ` * - [\`${name}/${entry}\`](./${entry}/index.html)\n`).join("");
  const main = readFileSync(join(copy, "src/index.ts"), "utf8");
  writeFileSync(join(copy, "src/index.ts"), main.replace(" * @module\n", `${list} *\n * @module\n`));
  const manifest = {
    name: `@${name}/${name}`,
    version,
    exports: Object.fromEntries(entries),
    imports: { hono: `npm:hono@${devDependencies.hono}` },
    compilerOptions: { lib: ["es2022", "esnext.disposable", "dom"] },
  };
  writeFileSync(join(copy, "deno.json"), JSON.stringify(manifest));
  const output = join(root, "dist-docs");
  rmSync(output, { recursive: true, force: true });
  const files = entries.map(([, file]) => file);
  const { status } = spawnSync(
    process.execPath,
    [deno, "doc", "--html", `--name=${name}`, `--output=${output}`, ...files],
    { cwd: copy, stdio: ["ignore", "inherit", "inherit"] },
  );
  // A page shows the entry as `exports` names it. A reader imports it by the package's name.
  for (const page of readdirSync(output, { recursive: true }).filter((path) => path.endsWith(".html"))) {
    const text = readFileSync(join(output, page), "utf8");
    writeFileSync(
      join(output, page),
      text.replace(/ from &quot;([\w.-]+)&quot;/g, (said, entry) => {
        const known = entry === "." ? name : entries.some(([one]) => one === `./${entry}`) && `${name}/${entry}`;
        return known ? ` from &quot;${known}&quot;` : said;
      }),
    );
  }
  if (status === 0) console.log("The API reference is in dist-docs/. Open dist-docs/index.html.");
  process.exitCode = status ?? 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
