import { build } from "esbuild";
import { relative } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./tree.ts";

/** The sources of which a bundler keeps code for this program. */
async function keptOf(program: string): Promise<readonly string[]> {
  const { metafile } = await build({
    stdin: { contents: program, resolveDir: ROOT, loader: "ts" },
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    platform: "neutral",
    metafile: true,
    absWorkingDir: ROOT,
  });
  const [output] = Object.values(metafile.outputs);
  return Object.entries(output?.inputs ?? {})
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([file]) => relative(ROOT, file));
}

/** The folders of the parts that a service hands in. */
const HANDED_IN = /^src\/(source|store|hint|gate|validate|fleet|thread|cluster|request-mode)\//;

const SERVICE = `
  import { createHealth } from "./src/index.ts";
  createHealth().resource("rates", { load: () => 1 });
`;

test("a service that hands in no part of the data side has no code of one in its bundle", async () => {
  const kept = await keptOf(SERVICE);
  expect(kept).toContain("src/handler/health.ts");
  expect(kept.filter((file) => HANDED_IN.test(file))).toEqual([]);
});

test.each([
  ["limitLoads", "src/gate/limit-loads.ts"],
  ["hints", "src/hint/hints.ts"],
  ["byVersion", "src/source/by-version.ts"],
  ["seed", "src/store/seed.ts"],
  ["sizeChange", "src/validate/size-change.ts"],
])("%s() is in the bundle of a service that uses it, from %s", async (name, file) => {
  expect(await keptOf(`${SERVICE} import { ${name} } from "./src/index.ts"; console.log(${name});`)).toContain(file);
});
