import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { read, ROOT } from "../repo/tree.ts";

/** What of Miniflare is used. */
export interface Flare {
  readonly ready: Promise<URL>;
  dispatchFetch(url: string): Promise<Response>;
  getKVNamespace(name: string): Promise<{ get(key: string): Promise<string | null> }>;
  dispose(): Promise<void>;
}

interface Resolver {
  onResolve(options: { filter: RegExp }, find: (asked: { path: string }) => object): void;
}

const HOME = join(ROOT, "tools/runtimes");

/** A package of tools/runtimes. */
function load(name: string): unknown {
  return createRequire(join(HOME, "package.json"))(name);
}

/** Why there is no workerd here; `undefined` if there is one. */
export const noWorkerd: string | undefined = existsSync(join(HOME, "node_modules/miniflare"))
  ? undefined
  : "miniflare is not installed: node tools/install.mjs runtimes";

/** The sources of an entry of the package, such as `health-state/kv`. */
const ENTRIES = new Map<string, string>(
  Object.entries<{ default?: string }>(JSON.parse(read("package.json")).exports).flatMap(([name, entry]) =>
    typeof entry.default === "string"
      ? [[name.replace(".", "health-state"), join(ROOT, entry.default.replace("dist/", "").replace(/js$/, "ts"))]]
      : [],
  ),
);

/** The answer of a source that a Worker asks. */
export function toAnswer(body: string, status = 200): Response {
  // SAFETY: the package that is installed has this class.
  const { Response: Own } = load("miniflare") as { Response: typeof Response };
  return new Own(body, { status, headers: { "content-type": "application/json", etag: '"1"' } });
}

/** Runs the text of a Worker in workerd, with the library bundled from its sources. */
export async function runWorker(text: string, options: object = {}): Promise<Flare> {
  // SAFETY: both are installed at the versions of the lock file.
  const { build } = load("esbuild") as { build(options: object): Promise<{ outputFiles: [{ text: string }] }> };
  const { Miniflare } = load("miniflare") as { Miniflare: new (options: object) => Flare };
  const { outputFiles } = await build({
    stdin: { contents: text, resolveDir: ROOT, loader: "ts" },
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
    external: ["node:*", "cloudflare:*"],
    logLevel: "silent",
    plugins: [
      {
        name: "sources",
        setup({ onResolve }: Resolver) {
          onResolve({ filter: /^health-state/ }, ({ path }) => ({ path: ENTRIES.get(path) }));
        },
      },
    ],
  });
  return new Miniflare({
    modules: true,
    script: outputFiles[0].text,
    cf: false,
    host: "127.0.0.1",
    port: 0,
    ...options,
  });
}
