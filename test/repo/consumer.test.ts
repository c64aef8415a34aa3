import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ENTRIES, installPacked } from "./packed.ts";
import { findTool } from "./tool.ts";
import { read, ROOT } from "./tree.ts";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "health-state-consumer-"));
const packed = join(folder, "node_modules/health-state");
const GUIDE = read("docs/guide/consumers.md");

beforeAll(() => {
  installPacked(folder);
  symlinkSync(join(ROOT, "node_modules/hono"), join(folder, "node_modules/hono"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a program with this Node; gives what it printed, and whether it ended well. */
async function node(cwd: string, args: readonly string[], env: object = {}): Promise<{ ok: boolean; text: string }> {
  // Vitest sets NODE_ENV and others, which a user's shell does not have.
  const options = { cwd, env: { PATH: process.env["PATH"], HOME: folder, ...env } };
  return run(process.execPath, args, options).then(
    ({ stdout, stderr }) => ({ ok: true, text: stdout + stderr }),
    (error: { stdout: string; stderr: string }) => ({ ok: false, text: error.stdout + error.stderr }),
  );
}

/** What an application in TypeScript writes. */
const CONSUMER = `
import { borrow, createHealth, details, heartbeat, isProbe, loaded, onRequest, openapi, unchanged } from "health-state";
import type { Lease, LoadContext, NotReadyError, Snapshot } from "health-state";
import { drainOnSignal, guard, probes } from "health-state/node";
import { createScriptedLoader, createVirtualClock, force } from "health-state/testing";
interface Index { readonly size: number }
const health = createHealth({ clock: createVirtualClock(), details: details("never") });
const index = health.resource("index", {
  load: async ({ previous, revision }: LoadContext<Index>) =>
    revision === "1" ? unchanged() : loaded({ size: (previous?.size ?? 0) + 1 }, { revision: "1" }),
  refreshEvery: "30s",
  validate: (next) => next.size > 0,
});
export const value: Promise<Index> = index.get({ maxAge: "1m" });
export const snapshot: Snapshot<Index> = index.snapshot();
export const beat: () => void = heartbeat(health, "loop", { within: "30s" });
export const lease: Lease<Index> | undefined = borrow(index);
export const size: number | undefined = lease?.value.size;
export const requestMode = createHealth({ refresh: onRequest() });
export const reasonOf = (error: NotReadyError): string => error.reason;
export const parts = [probes(health), guard(index), drainOnSignal, createScriptedLoader<Index>(), force, openapi(health), isProbe];
// @ts-expect-error -- proves that the types are there: a name that does not resolve would be any.
export const wrong: string = createHealth;
`;

const USING = `
import { borrow, createHealth } from "health-state";
export async function use(): Promise<number> {
  await using health = createHealth();
  const index = health.resource("index", { load: () => 1 });
  using lease = borrow(index);
  const parts: [Disposable | undefined, AsyncDisposable] = [lease, health];
  return lease?.value ?? parts.length;
}
`;

const HONO = `
import { Hono } from "hono";
import { createHealth } from "health-state";
import { guard, probes } from "health-state/hono";
const health = createHealth();
const index = health.resource("index", { load: () => ({ size: 1 }) });
export const app = new Hono().use(probes(health)).use("/m/*", guard(index, { maxAge: "10m" }));
`;

/** Entries of Node's own, whose declarations name its modules; a project without `@types/node` cannot use them. */
const needsNode = (name: string): boolean => ["./cluster", "./file", "./grpc", "./thread"].includes(name);

/** A file that imports every entry which a project can use; a new entry joins by itself. */
const importAll = (names: readonly string[]): string =>
  names.map((name, index) => `export * as e${index} from "health-state${name.slice(1)}";`).join("\n");

const VERSIONS = ["5.4", "5.5", "5.6", "5.7", "5.8", "5.9", "6.0", "7.0"] as const;
const compilerOf = (version: string): string | undefined =>
  version === "7.0"
    ? join(ROOT, "node_modules/typescript/bin/tsc")
    : findTool("typescript", `typescript-${version}/bin/tsc`);

interface Settings {
  readonly module: string;
  readonly moduleResolution: string;
  readonly lib: readonly string[];
  readonly types: readonly string[];
}

const RESOLUTIONS = [
  { module: "node16", moduleResolution: "node16" },
  { module: "nodenext", moduleResolution: "nodenext" },
  { module: "esnext", moduleResolution: "bundler" },
] as const;

const PROJECTS: Readonly<Record<string, Pick<Settings, "lib" | "types"> & { readonly using: boolean }>> = {
  "with @types/node alone": { lib: ["es2022"], types: ["node"], using: true },
  "with the web's types alone": { lib: ["es2018", "dom"], types: [], using: false },
  "with the web's types and disposables": { lib: ["es2022", "dom", "esnext.disposable"], types: [], using: true },
  "of a worker": { lib: ["es2022", "webworker"], types: [], using: false },
};

/** Every pair of a resolution and a project. */
const PAIRS = RESOLUTIONS.flatMap((resolution) =>
  Object.entries(PROJECTS).map(([project, settings]) => ({ resolution, project, settings })),
);

/** The newest compiler is fast and sees every pair. An older one sees one or two, and all of them where DEEP is set. */
function pairsOf(version: string): typeof PAIRS {
  if (version === "7.0" || process.env["DEEP"] === "1") return PAIRS;
  const turn = VERSIONS.findIndex((each) => each === version);
  return PAIRS.filter((_, index) => index === (turn * 5) % PAIRS.length || (version === "5.4" && index === 9));
}

let projects = 0;

/** Compiles files in a project of their own inside the folder where the package is installed. */
async function compile(
  version: string,
  settings: Settings,
  files: Readonly<Record<string, string>>,
  skipLibCheck = false,
  type = "module",
): Promise<{ ok: boolean; text: string }> {
  const project = join(folder, `project-${projects++}`);
  mkdirSync(project);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
  const compilerOptions = {
    ...settings,
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    target: "es2022",
    skipLibCheck,
    // The compiler's own libraries are not ours to check, and they take most of the time.
    skipDefaultLibCheck: true,
    typeRoots: [join(ROOT, "node_modules/@types")],
  };
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type }));
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: Object.keys(files) }));
  return node(project, [compilerOf(version) ?? "", "-p", "."]);
}

describe.each(VERSIONS)("TypeScript %s", (version) => {
  test.skipIf(compilerOf(version) === undefined).concurrent.each(pairsOf(version))(
    "$resolution.moduleResolution, $project: every declaration compiles",
    async (each) => {
      const { resolution, settings } = each;
      const { using, ...environment } = settings;
      const names = ENTRIES.map(([name]) => name)
        .filter((name) => name !== "./hono")
        .filter((name) => environment.types.length > 0 || !needsNode(name));
      const files = {
        "consumer.ts": CONSUMER,
        "all.ts": importAll(names),
        ...(using && { "using.ts": USING }),
        // Hono's own declarations use Uint8Array<ArrayBuffer>, which TypeScript 5.7 brought.
        ...(version >= "5.7" && environment.lib[0] !== "es2018" && { "hono.ts": HONO }),
      };
      expect(await compile(version, { ...resolution, ...environment }, files)).toEqual({ ok: true, text: "" });
    },
  );
});

test.skipIf(compilerOf("5.4") === undefined)(
  "TypeScript 5.4 compiles Hono's entry where libraries are not checked",
  async () => {
    const settings = { module: "nodenext", moduleResolution: "nodenext", lib: ["es2022", "dom"], types: [] };
    expect(await compile("5.4", settings, { "hono.ts": HONO }, true)).toEqual({ ok: true, text: "" });
  },
);

describe("what the guide says of a wrong setting is what the compiler says", () => {
  const nodenext = { module: "nodenext", moduleResolution: "nodenext" };
  const dom = { lib: ["es2022", "dom"], types: [] };
  const files = {
    "consumer.ts": 'import { createHealth } from "health-state";\nexport const health = createHealth();\n',
  };

  test("without the web's types and @types/node, Request is not known", async () => {
    const { ok, text } = await compile("7.0", { ...nodenext, lib: ["es2022"], types: [] }, files);
    expect([ok, text.includes("Cannot find name 'Request'")]).toEqual([false, true]);
  });

  test.skipIf(compilerOf("5.9") === undefined)("node10 finds no types, and names the settings that do", async () => {
    const { ok, text } = await compile("5.9", { module: "commonjs", moduleResolution: "node10", ...dom }, files);
    expect(ok).toBe(false);
    const said = text.replace(/\s+/g, " ");
    const [, quoted = ""] = /```text\n([\s\S]*?)```/.exec(GUIDE) ?? [];
    for (const part of quoted.replace(/\s+/g, " ").trim().split("'…/health-state/dist/src/index.d.ts'"))
      expect(said).toContain(part);
  });

  test.skipIf(compilerOf("5.8") === undefined)("a CommonJS file may import it from TypeScript 5.8 on", async () => {
    const asCommonJs = (version: string, settings: typeof nodenext): ReturnType<typeof compile> =>
      compile(version, { ...settings, ...dom }, files, false, "commonjs");
    expect((await asCommonJs("5.8", nodenext)).text).toBe("");
    expect((await asCommonJs("7.0", { module: "node16", moduleResolution: "node16" })).text).toContain("TS1479");
    expect((await asCommonJs("7.0", { module: "commonjs", moduleResolution: "bundler" })).text).toBe("");
  });
});

test("CommonJS takes each entry with require(), where this Node can", async ({ skip }) => {
  if (process.features.require_module !== true) skip("this Node has no require() of ES modules");
  const names = ENTRIES.map(([name]) => `health-state${name.slice(1)}`);
  const program = `for (const name of ${JSON.stringify(names)}) if (!Object.keys(require(name)).length) throw name;`;
  writeFileSync(join(folder, "take.cjs"), program);
  expect(await node(folder, ["take.cjs"])).toEqual({ ok: true, text: "" });
});

describe("Jest, with each configuration of the guide", () => {
  const jest = findTool("jest", "jest/bin/jest.js");
  const imports = [
    'import { createHealth } from "health-state";',
    'import { probes } from "health-state/node";',
    'import { createVirtualClock } from "health-state/testing";',
  ].join("\n");
  const body = `
test("a probe answers", async () => {
  const health = createHealth({ clock: createVirtualClock() });
  const index = health.resource("index", { load: () => 1, refreshEvery: "30s" });
  expect(await index.get()).toBe(1);
  expect(health.fetch(new Request("http://localhost/status")).status).toBe(200);
  expect(typeof probes(health)).toBe("function");
  await health.close();
});
`;
  const required = imports.replace(/import (\{.*?\}) from (".*?");/g, "const $1 = require($2);");

  test.skipIf(jest === undefined).each([
    ["babel", "commonjs", "jest.config.cjs", "probe.test.js", required, {}],
    ["ts-jest", "commonjs", "jest.config.cjs", "probe.test.ts", imports, {}],
    ["esm", "module", "jest.config.mjs", "probe.test.js", imports, { NODE_OPTIONS: "--experimental-vm-modules" }],
  ])("%s: a test that uses the package passes", async (name, type, config, file, head, env) => {
    const [, text] = new RegExp(`^\`\`\`js ${name}\\n([\\s\\S]*?)^\`\`\``, "m").exec(GUIDE) ?? [];
    const project = join(folder, `jest-${name}`);
    mkdirSync(join(project, "node_modules"), { recursive: true });
    for (const tool of ["@babel", "babel-jest", "ts-jest", "typescript"])
      symlinkSync(join(ROOT, "tools/jest/node_modules", tool), join(project, "node_modules", tool));
    writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type }));
    writeFileSync(join(project, config), text ?? "the guide has no such block");
    writeFileSync(join(project, file), `${head}\n${body}`);
    const said = await node(project, [jest ?? "", "--ci"], env);
    expect(said.text).toContain("Tests:       1 passed, 1 total");
    expect(said.ok).toBe(true);
  });
});

describe("Jest without a configuration", () => {
  const jest = findTool("jest", "jest/bin/jest.js");
  const node24 = findTool("nodes", "node-24/bin/node");

  test.skipIf(jest === undefined || node24 === undefined)(
    "needs Node 24.9 and the flag, and without the flag it says what the guide quotes",
    async () => {
      const project = join(folder, "jest-alone");
      mkdirSync(project);
      writeFileSync(
        join(project, "package.json"),
        JSON.stringify({ private: true, jest: { testEnvironment: "node" } }),
      );
      writeFileSync(
        join(project, "probe.test.js"),
        'const { createHealth } = require("health-state");\ntest("it is there", () => void createHealth().fetch);\n',
      );
      const said = async (program: string, flags: readonly string[]): Promise<string> => {
        const options = { cwd: project, env: { PATH: process.env["PATH"], HOME: folder } };
        const ended = run(program, [...flags, jest ?? "", "--ci"], options);
        return ended.catch((error: { stderr: string }) => error).then(({ stderr }) => stderr);
      };
      expect(await said(node24 ?? "", ["--experimental-vm-modules"])).toContain("Tests:       1 passed, 1 total");
      expect(await said(node24 ?? "", [])).toContain("Must use import to load ES Module");
      expect(GUIDE).toContain("Must use import to load ES Module");
    },
  );
});

describe("go to definition", () => {
  const filesOf = (): readonly string[] => readdirSync(join(packed, "dist"), { recursive: true }).map(String);

  test("every declaration has a map, and each map leads to a source that is in the package", () => {
    const declarations = filesOf().filter((file) => file.endsWith(".d.ts"));
    expect(declarations.length).toBeGreaterThan(50);
    for (const file of declarations) {
      const path = join(packed, "dist", file);
      expect(readFileSync(path, "utf8")).toMatch(/\n\/\/# sourceMappingURL=[\w.-]+\.d\.ts\.map\s*$/);
      const { sources } = JSON.parse(readFileSync(`${path}.map`, "utf8")) as { sources: readonly string[] };
      expect(sources.length).toBe(1);
      for (const source of sources) expect([source, existsSync(join(dirname(path), source))]).toEqual([source, true]);
    }
  });

  test("the docs are in the package too", () => {
    expect(readFileSync(join(packed, "docs/guide/consumers.md"), "utf8")).toBe(GUIDE);
  });
});
