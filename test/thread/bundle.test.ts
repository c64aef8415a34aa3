import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build, type Format } from "esbuild";
import { afterAll, expect, test } from "vitest";
import { ROOT } from "../repo/tree.ts";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "health-state-bundle-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PRICES = `
import { packedMap } from "health-state/packed";
export const prices = packedMap({ keys: "string", values: "float64" });`;

const LOADER = `
import { loaded } from "health-state";
import { prices } from "./prices.js";
export default () => loaded(prices.pack([["apple", 3], ["pear", 4]]), { revision: "r1" });`;

const serviceOf = (url: string): string => `
import { pathToFileURL } from "node:url";
import { createHealth } from "health-state";
import { offThread, probeThread } from "health-state/thread";
import { prices } from "./prices.js";

const health = createHealth();
const index = health.resource("index", { load: offThread(${url}, { view: prices.view }), refreshEvery: "5m" });
const { port } = await probeThread(health, { port: 0, host: "127.0.0.1" }).listening;
const price = (await index.get()).get("apple");
// The first answer after the beat that brings the verdict.
let status = 0;
while (status !== 200) ({ status } = await fetch(\`http://127.0.0.1:\${port}/status\`));
const { revision } = index.snapshot();
await health.close();
console.log(JSON.stringify({ price, revision, status }));`;

/** CommonJS has no `await` at the top. */
const wrapped = (text: string): string => {
  const end = text.indexOf("const health");
  return `${text.slice(0, end)}(async () => {${text.slice(end)}})();`;
};

for (const [format, type, url] of [
  ["esm", "module", 'new URL("./build.js", import.meta.url)'],
  ["cjs", "commonjs", 'pathToFileURL(__dirname + "/build.js")'],
] as const satisfies readonly (readonly [Format, string, string])[])
  test(
    `a service in a bundle of format ${format} loads in a thread and answers probes from one`,
    { timeout: 60_000 },
    async () => {
      const source = join(folder, `${format}-source`);
      const outdir = join(folder, format);
      mkdirSync(join(source, "node_modules"), { recursive: true });
      mkdirSync(outdir);
      symlinkSync(ROOT, join(source, "node_modules/health-state"));
      writeFileSync(join(source, "prices.js"), PRICES);
      writeFileSync(join(source, "build.js"), LOADER);
      writeFileSync(join(source, "main.js"), format === "esm" ? serviceOf(url) : wrapped(serviceOf(url)));
      await build({
        absWorkingDir: source,
        entryPoints: ["main.js", "build.js"],
        bundle: true,
        platform: "node",
        format,
        outdir,
      });
      writeFileSync(join(outdir, "package.json"), JSON.stringify({ type }));
      // Nothing of the package is beside the bundle.
      const { stdout } = await run(process.execPath, ["main.js"], { cwd: outdir, timeout: 50_000 });
      expect(JSON.parse(stdout)).toEqual({ price: 3, revision: "r1", status: 200 });
    },
  );
