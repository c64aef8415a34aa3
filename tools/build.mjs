// Bundles what tsc compiled, from the package's root. `dist/src/core.js` holds the core once; each other entry is one
// file that imports it, because a cold import reads one file several times as fast as thirty.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build, transform } from "esbuild";

/** The folders whose code every entry shares. */
const CORE =
  /^src\/(?:(?:option|state|time|resource|health|answer|details|handler|request-mode|openapi|singleton|hint|gate|validate)\/|(?:source|store)\/[^/]+\.ts)/;

const entries = Object.values(JSON.parse(readFileSync("package.json", "utf8")).exports)
  .flatMap(({ default: file }) => file ?? [])
  .filter((file) => file.startsWith("./dist/src/"))
  .map((file) => file.replace("./dist/", "").replace(/\.js$/, ".ts"));
const core = readdirSync("src", { recursive: true })
  .map((file) => `src/${file}`)
  .filter((file) => file.endsWith(".ts") && CORE.test(file))
  .sort();

for (const file of readdirSync("dist/src", { recursive: true })) if (file.endsWith(".js")) rmSync(`dist/src/${file}`);

const options = { bundle: true, platform: "neutral", format: "esm", target: "es2022", external: ["node:*"] };

await build({
  ...options,
  stdin: { contents: core.map((file) => `export * from "./${file}";`).join("\n"), resolveDir: ".", loader: "ts" },
  outfile: "dist/src/core.js",
});

/** Takes what lies in the core from `core.js`, whichever entry asks. */
const shareCore = {
  name: "share-core",
  setup({ onResolve, initialOptions }) {
    onResolve({ filter: /^\./ }, ({ path, resolveDir, kind }) => {
      if (kind === "entry-point") return undefined;
      const file = relative(process.cwd(), join(resolveDir, path));
      if (!CORE.test(file)) return undefined;
      const entry = initialOptions.entryPoints[0];
      const up = relative(join(entry, ".."), "src/core.js");
      return { path: up.startsWith(".") ? up : `./${up}`, external: true, sideEffects: false };
    });
  },
};

/**
 * The text of a thread's program. It is put into the entry that starts the thread, so that a service which is bundled
 * into one file needs no second one. It runs as CommonJS or as a module, by the flags of the process. In CommonJS, its
 * names would be global variables of the thread, where the module of the user runs too. So it is inside a function.
 */
async function programOf(file) {
  const { outputFiles } = await build({
    ...options,
    platform: "node",
    format: "cjs",
    minify: true,
    write: false,
    banner: { js: "globalThis.require??=process.getBuiltinModule;(()=>{" },
    footer: { js: "})();" },
    entryPoints: [file],
  });
  return JSON.stringify(outputFiles[0].text);
}

const define = {
  HEALTH_STATE_LOAD_PROGRAM: await programOf("src/thread/worker/load.ts"),
  HEALTH_STATE_PROBE_PROGRAM: await programOf("src/thread/worker/probe.ts"),
};

await Promise.all(
  entries.map((entry) =>
    build({
      ...options,
      define,
      // So that no bundler of a user's finds the file that a thread runs where nothing was built.
      minifySyntax: entry.startsWith("src/thread/"),
      entryPoints: [entry],
      outfile: `dist/${entry.replace(/\.ts$/, ".js")}`,
      plugins: [shareCore],
    }),
  ),
);

// The adapters are files that import each other. Their comments stay in the sources, which are in the package too.
const adapters = readdirSync("dist/adapters", { recursive: true }).filter((file) => file.endsWith(".js"));
await Promise.all(
  adapters.map(async (file) => {
    const path = `dist/adapters/${file}`;
    // What no public entry gives them is in the core.
    const text = readFileSync(path, "utf8").replaceAll("/src/internal.js", "/src/core.js");
    const { code } = await transform(text, { format: "esm", target: "es2022" });
    writeFileSync(path, code);
  }),
);

/**
 * Removes the comments that stand on lines of their own, because they stay in the sources. If such a line is a part of a
 * text, the minified code changes. Then the code stays as it is.
 */
async function withoutComments(code) {
  const shorter = code.replace(/^[ \t]*\/\/ (?!src\/).*\n|^[ \t]*\/\*\*?(?! ?@__)[^]*?\*\/\n/gm, "");
  const [before, after] = await Promise.all([code, shorter].map((text) => transform(text, { minify: true })));
  return before.code === after.code ? shorter : code;
}

const bundles = readdirSync("dist/src", { recursive: true }).filter((file) => file.endsWith(".js"));
await Promise.all(
  bundles.map(async (file) => {
    const path = `dist/src/${file}`;
    writeFileSync(path, await withoutComments(readFileSync(path, "utf8")));
  }),
);

/** The declarations that a compiler reads: those of the entries, and those which they import. */
function declarationsRead() {
  const read = new Set();
  const visit = (file) => {
    if (read.has(file)) return;
    read.add(file);
    for (const [, from] of readFileSync(file, "utf8").matchAll(/\b(?:from|import) ?\(?"(\.[^"]+)"/g))
      visit(join(file, "..", from).replace(/\.[jt]s$/, ".d.ts"));
  };
  for (const { types } of Object.values(JSON.parse(readFileSync("package.json", "utf8")).exports))
    if (types !== undefined) visit(join(types));
  return read;
}

// No compiler reads the others, and they would be a fifth of all declarations. Nothing leads an editor to their sources,
// so npm leaves those out: a third of all sources.
const read = declarationsRead();
const unread = readdirSync("dist", { recursive: true })
  .map((name) => join("dist", name))
  .filter((file) => file.endsWith(".d.ts") && !read.has(file))
  .sort();
for (const file of unread) for (const each of [file, `${file}.map`]) rmSync(each);
for (const folder of ["src", "adapters"]) {
  const own = unread.filter((file) => file.startsWith(`dist/${folder}/`));
  const sources = own.map((file) => file.slice(`dist/${folder}`.length).replace(/\.d\.ts$/, ".ts"));
  writeFileSync(`${folder}/.npmignore`, `# Written by tools/build.mjs.\n${sources.join("\n")}\n`);
}
