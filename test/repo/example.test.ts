import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { ENTRIES } from "./packed.ts";
import { FILES, read, ROOT } from "./tree.ts";

/** Functions for the writers of adapters and sources. Their docstring alone must do. */
const PLUMBING = [
  "checkFunction",
  "checkHealth",
  "checkOptions",
  "fail",
  "invalidOption",
  "toMs",
  "toMsOrNever",
  "toSafeText",
];

/** What the examples take for granted: platforms, clients, and data of the reader's own. */
const WORLD = `
import type { createServer as CreateServer } from "node:http";
import type { Hono as HonoClass } from "hono";
import type { Health, Loader, Resource } from "health-state";
declare global {
  class Index { constructor(bytes: Uint8Array); readonly bytes: Uint8Array<ArrayBuffer>; lookup(hash: string): unknown }
  const health: Health, index: Resource<Index>, rates: Resource<Map<string, number>>, load: Loader<Map<string, number>>;
  const createServer: typeof CreateServer, Hono: typeof HonoClass;
  const request: Request, response: Response, key: string, url: string;
  const Bun: any, Deno: any, koa: any, fastify: any, express: any, context: any, file: any, db: any, pool: any;
  const redis: any, base: { paths: object }, hash: string, listener: () => void;
  const app: ((request: Request) => Response) & { request(path: string): Promise<Response> };
  function handle(...given: unknown[]): any;
  function handler(...given: unknown[]): any;
  function mount(...given: unknown[]): any;
  function head(): Promise<{ etag: string }>;
  function download(): Promise<Map<string, number>>;
  function parse(file: unknown): Promise<Map<string, number>>;
  function search(index: Index | undefined): Promise<void>;
  function toContext(files: object): object;
  function toIndex(bytes: Uint8Array): Index;
  function tokenOf(): Promise<string>;
  const queue: { receive(options: { waitMs: number }): Promise<unknown[]> };
  function createStorage(options: object): any;
  function redisDriver(options: object): object;
  function expect(given: unknown): { toBe(expected: unknown): void };
  const semaphore: any, sql: any, listen: any, loadIndex: () => Index, loadRates: () => object;
  const read: any, write: any, writeStamps: any, erase: any;
  const server: any, register: any, metrics: any, trace: any;
  const getInBackground: any, reload: any, whenReady: any;
}
`;

/** Packages that need not be installed here. What they export has any type. */
const MODULES = [
  "@grpc/grpc-js",
  "@opentelemetry/api",
  "aws4fetch",
  "cloudflare:workers",
  "ioredis",
  "pg",
  "pino",
  "prom-client",
];

/** What a page takes for granted too, beside what the docstrings do. */
const LOOSE =
  "accessKeyId api app build buildIndex cluster dispose fc free gate loadFlags log once ping pingOf property queue " +
  "secretAccessKey server since tellThePublisher tracer validate";

interface Named {
  readonly name: string;
  readonly file: string;
}

/** What a module exports, types too, and in which file each of it is declared. */
function exportsOf(file: string): readonly Named[] {
  const text = read(file);
  const passed = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from "([^"]+)"/gm)].flatMap(
    ([, list = "", from = ""]) =>
      list
        .split(",")
        .map((item) => item.trim().replace(/^type /, ""))
        .filter(Boolean)
        .map((name) => ({ name, file: join(dirname(file), from) })),
  );
  const own = [...text.matchAll(/^export (?:async )?(?:function|const|class|interface|type) (\w+)/gm)];
  return [...passed, ...own.map(([, name = ""]) => ({ name, file }))];
}

/** The entry that an example imports a name from: its own one, the main one, or any other. */
function importOf(name: string, example: string): string | undefined {
  const order = ENTRIES.filter(([, source]) => exportsOf(source).some((one) => one.name === name)).map(
    ([entry, source]) => {
      const isOwn = source === example || (source.endsWith("/index.ts") && example.startsWith(`${dirname(source)}/`));
      const isNode = /^(adapters\/node|docs\/)/.test(example) && entry === "./node";
      return { entry, rank: entry !== "." && (isOwn || isNode) ? 0 : entry === "." ? 1 : 2 };
    },
  );
  return order.sort((one, other) => one.rank - other.rank)[0]?.entry;
}

const EXAMPLES = FILES.filter((file) => /^(src|adapters)\/.*\.ts$/.test(file)).flatMap((file) =>
  [...read(file).matchAll(/@example\n((?: +\*(?! @|\/).*\n)+)/g)].map(([, lines = ""], index) => ({
    name: `${file.replaceAll("/", "_").replace(/\.ts$/, "")}-${index}`,
    file,
    code: lines.replace(/^ +\* ?/gm, ""),
  })),
);

/** The docs whose code is whole: each block of TypeScript stands by itself. */
const PAGES = [
  ...FILES.filter((file) => file.startsWith("docs/tutorial/")),
  ...["cpu-heavy-loads", "development", "fleets", "testing"].map((name) => `docs/guide/${name}.md`),
];

/** The blocks of the other docs. Many are a part of a program, so what they take for granted is declared. */
const PARTS = FILES.filter((file) => /^docs\/.*\.md$/.test(file) && !PAGES.includes(file)).flatMap((file) =>
  // The page of places has one program, and beside it only the lines in which places differ.
  [
    ...read(file).matchAll(
      file.endsWith("/places.md") ? /^```ts worker\n([\s\S]*?)^```$/gm : /^```ts\n([\s\S]*?)^```$/gm,
    ),
  ].map(([, code = ""], index) => ({
    name: `${file.replaceAll("/", "_")}-${index}`,
    file,
    code,
  })),
);

/** An example as a module: what it names is imported, and what it returns is returned from a function. */
function toModule({ file, code }: { readonly file: string; readonly code: string }): string {
  const declared = [...code.matchAll(/\b(?:const|let|function|class) (?:\{ ?)?(\w+)(?:, (\w+))?/g)].flatMap(
    ([, one = "", other = ""]) => [one, other],
  );
  for (const [, list = ""] of code.matchAll(/^import (?:type )?([^"]*) from/gm))
    declared.push(...(list.match(/\w+/g) ?? []));
  const words = new Set([...code.matchAll(/(?<!(?<!\.\.)\.|[\w"'-])[A-Za-z]\w*/g)].map(([word]) => word));
  const names = [...words].filter((word) => !declared.includes(word));
  const imports = names.flatMap((name) => {
    const entry = importOf(name, file);
    return entry === undefined || new RegExp(`\\b${name}: (?!${name}\\b)`).test(code)
      ? []
      : [`import { ${name} } from "health-state${entry.slice(1)}";`];
  });
  if (file.startsWith("docs/"))
    for (const name of LOOSE.split(" "))
      if (words.has(name) && names.includes(name)) imports.push(`declare const ${name}: any;`);
  const body = /^(export|import) /m.test(code)
    ? code
    : `export async function example(): Promise<unknown> {\n${code}return;\n}`;
  return `${imports.join("\n")}\n${body}\n`;
}

const folder = mkdtempSync(join(tmpdir(), "health-state-example-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the examples", () => {
  test("stand at every function that an entry exports", () => {
    const missing = ENTRIES.flatMap(([, source]) => exportsOf(source)).flatMap(({ name, file }) => {
      const found = new RegExp(`(/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/)\\nexport (?:async )?function ${name}\\b`).exec(
        read(file),
      );
      return found && !found[1]?.includes("@example") && !PLUMBING.includes(name) ? [`${file}: ${name}`] : [];
    });
    expect([...new Set(missing)]).toEqual([]);
  });

  test("of the docstrings and of the tutorials compile", { timeout: 60_000 }, async () => {
    expect(EXAMPLES.length).toBeGreaterThan(60);
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(join(ROOT, "node_modules/hono"), join(folder, "node_modules/hono"));
    writeFileSync(join(folder, "world.ts"), WORLD);
    writeFileSync(join(folder, "modules.d.ts"), MODULES.map((name) => `declare module "${name}";\n`).join(""));
    for (const example of [...EXAMPLES, ...PARTS]) writeFileSync(join(folder, `${example.name}.ts`), toModule(example));
    for (const page of PAGES)
      [...read(page).matchAll(/^```ts\n([\s\S]*?)^```$/gm)].forEach(([, code = ""], index) =>
        writeFileSync(join(folder, `${page.replaceAll("/", "_")}-${index}.ts`), `${code}\nexport {};\n`),
      );
    const compilerOptions = {
      module: "nodenext",
      target: "es2022",
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      allowUnusedLabels: true,
      allowImportingTsExtensions: true,
      lib: ["es2022", "esnext.disposable", "dom"],
      types: ["node"],
      typeRoots: [join(ROOT, "node_modules/@types")],
      paths: Object.fromEntries(ENTRIES.map(([name, file]) => [`health-state${name.slice(1)}`, [join(ROOT, file)]])),
    };
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const said = await promisify(execFile)(process.execPath, [tsc, "-p", folder, "--pretty", "false"], {
      cwd: folder,
    }).catch(({ stdout }: { stdout: string }) => ({ stdout }));
    expect(said.stdout.split("\n").filter(Boolean)).toEqual([]);
  });
});
