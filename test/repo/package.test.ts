import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findTool } from "./tool.ts";
import { read, ROOT } from "./tree.ts";

const folder = mkdtempSync(join(tmpdir(), "health-state-package-"));
const run = promisify(execFile);

/** Each entry of the package and its source. */
const sources = Object.entries<{ default?: string }>(JSON.parse(read("package.json")).exports).flatMap(
  ([name, { default: file }]) =>
    file === undefined ? [] : [[name, file.replace("./dist/", "").replace(/\.js$/, ".ts")] as const],
);

/** What a program prints; run by file, with this Node. */
async function node(...args: readonly string[]): Promise<string> {
  try {
    return (await run(process.execPath, args, { cwd: folder })).stdout;
  } catch (error) {
    // What a compiler or a program said is worth more than that it failed.
    throw new Error(`${String(error)}\n${String(Reflect.get(Object(error), "stdout"))}`);
  }
}

beforeAll(() => {
  const npm = (args: readonly string[], cwd: string): unknown => execFileSync("npm", args, { cwd, stdio: "ignore" });
  npm(["pack", "--ignore-scripts", "--pack-destination", folder], ROOT);
  const tarball = readdirSync(folder).find((file) => file.endsWith(".tgz")) ?? "";
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
  npm(["install", "--offline", "--no-audit", "--no-fund", join(folder, tarball)], folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the packed package, in an empty project", () => {
  test("depends on nothing and holds only what is needed", () => {
    const tree = readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."));
    expect(tree).toEqual(["health-state"]);
    const own = join(folder, "node_modules/health-state");
    expect(readdirSync(own).sort()).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "dist", "package.json"]);
    expect(readdirSync(join(own, "dist")).sort()).toEqual(["adapters", "cli", "src"]);
    expect(readdirSync(join(own, "dist/cli"))).toEqual(["health-state.js"]);
  });

  test.each(sources.map(([name]) => name))("%s imports", async (subpath) => {
    const name = `health-state${subpath.slice(1)}`;
    const print = `console.log(Object.keys(await import("${name}")).length)`;
    expect(Number(await node("--input-type=module", "-e", print))).toBeGreaterThan(0);
  });

  test("runs the README's first program", async () => {
    const [, program = ""] = /```js\n([\s\S]*?)```/.exec(read("README.md")) ?? [];
    const asked = program.replace("5100", "0").replace("createServer(probes", "const server = createServer(probes");
    writeFileSync(
      join(folder, "first.mjs"),
      `${asked}
      server.on("listening", async () => {
        const answer = await fetch("http://127.0.0.1:" + server.address().port + "/status");
        console.log(answer.status, await answer.text());
        server.close();
        server.closeAllConnections();
        await health.close();
      });`,
    );
    expect(await node("first.mjs")).toMatch(/^(200 I-AM-ALIVE|503 INDEX-NOT-LOADED)\n$/);
  });

  test("has a command that runs", async () => {
    const written = await node("node_modules/.bin/health-state", "config", "kubernetes", "--port", "5100");
    expect(written).toContain("path: /status/startup");
  });
});

/** What an application in TypeScript writes. */
const CONSUMER = `
import { borrow, createHealth, details, heartbeat, isProbe, loaded, onRequest, openapi, unchanged } from "health-state";
import type { LoadContext, NotReadyError, Snapshot } from "health-state";
import * as lambda from "health-state/aws-lambda";
import * as bun from "health-state/bun";
import * as worker from "health-state/cloudflare";
import * as deno from "health-state/deno";
import * as fastify from "health-state/fastify";
import * as koa from "health-state/koa";
import { drainOnSignal, guard, probes } from "health-state/node";
import { configure } from "health-state/probers";
import { playScenario, toSvg } from "health-state/simulate";
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
export const size: number | undefined = borrow(index)?.value.size;
export const requestMode = createHealth({ refresh: onRequest() });
export const text: string | undefined = configure("kubernetes")[0]?.text;
export const picture: Promise<string> = playScenario("herd", { replicas: 3, duration: "5m" }).then(toSvg);
export const reasonOf = (error: NotReadyError): string => error.reason;
export const parts = [probes(health), guard(index), drainOnSignal, createScriptedLoader<Index>(), force, openapi(health), isProbe];
export const mounted = [lambda, bun, worker, deno, fastify, koa].map(({ probes }) => typeof probes);
`;

describe("the declarations", () => {
  const compilers = [
    ["7.0", join(ROOT, "node_modules/typescript/bin/tsc")],
    ["6.0", findTool("typescript", "typescript-6/bin/tsc")],
    ["5.9", findTool("typescript", "typescript-5/bin/tsc")],
  ] as const;
  const resolutions = [
    ["node16", "node16"],
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ] as const;
  const settings = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022"];
  const disposable = ["--lib", "es2022,esnext.disposable,dom"];

  beforeAll(() => {
    writeFileSync(join(folder, "consumer.ts"), CONSUMER);
    writeFileSync(
      join(folder, "hono.ts"),
      `import { Hono } from "hono";
       import { createHealth } from "health-state";
       import { guard, probes } from "health-state/hono";
       const health = createHealth();
       const index = health.resource("index", { load: () => ({ size: 1 }) });
       export const app = new Hono().use(probes(health)).use("/m/*", guard(index, { maxAge: "10m" }));`,
    );
    symlinkSync(join(ROOT, "node_modules/hono"), join(folder, "node_modules/hono"));
  });

  for (const [version, tsc] of compilers)
    for (const [module, moduleResolution] of resolutions)
      describe.skipIf(tsc === undefined)(`TypeScript ${version}, resolution ${moduleResolution}`, () => {
        const compile = (...args: readonly string[]): Promise<string> =>
          node(tsc ?? "", ...settings, "--module", module, "--moduleResolution", moduleResolution, ...args);

        test("accepts them when it checks them too", async () => {
          await compile(...disposable, "--skipLibCheck", "false", "consumer.ts");
        });

        test("accepts them beside Hono's, in a project that does not know of disposables", async () => {
          await compile("--lib", "es2022,dom", "--skipLibCheck", "consumer.ts", "hono.ts");
        });
      });
});

describe("the package by its checkers", () => {
  const publint = findTool("package", "publint/src/cli.js");
  const attw = findTool("package", "@arethetypeswrong/cli/dist/index.js");
  const deno = findTool("runtimes", "deno/bin.cjs");
  const options = { cwd: ROOT, env: { ...process.env, NO_COLOR: "1" } };

  test.skipIf(publint === undefined)("publint finds nothing", async () => {
    await run(process.execPath, [publint ?? "", "run", "--strict"], options);
  });

  test.skipIf(attw === undefined)("attw finds no wrong type", async () => {
    await run(process.execPath, [attw ?? "", "--pack", ".", "--profile", "esm-only"], options);
  });

  test.skipIf(deno === undefined)("JSR would take the sources as they are", async () => {
    const copy = join(folder, "jsr");
    for (const part of ["src", "adapters", "LICENSE"]) cpSync(join(ROOT, part), join(copy, part), { recursive: true });
    const { version, devDependencies } = JSON.parse(read("package.json"));
    const manifest = {
      name: "@health-state/health-state",
      version,
      exports: Object.fromEntries(sources.map(([name, file]) => [name, `./${file}`])),
      imports: { hono: `npm:hono@${devDependencies.hono}` },
      compilerOptions: { lib: ["es2022", "esnext.disposable", "dom"] },
    };
    writeFileSync(join(copy, "deno.json"), JSON.stringify(manifest));
    await run(process.execPath, [deno ?? "", "publish", "--dry-run", "--allow-dirty"], { ...options, cwd: copy });
  });

  test.skipIf(deno === undefined)("every public symbol has a docstring that deno doc accepts", async () => {
    const entries = sources.map(([, file]) => file);
    const said = await run(process.execPath, [deno ?? "", "doc", "--lint", ...entries], options).catch(
      (error: { stderr: string }) => error,
    );
    const errors = said.stderr.matchAll(/^error\[(.*)\n\s*--> (.*?):(\d+):\d+/gm);
    const found = [...errors].flatMap(([, text = "", path = "", line]) => {
      const file = path.slice(ROOT.length + 1);
      return isOpaque(text) || isForeign(file, Number(line)) ? [] : [`${file}:${line} ${text}`];
    });
    expect(found).toEqual([]);
  });
});

/** What users take from one function and hand to another, without looking inside; and Hono's own types. */
function isOpaque(text: string): boolean {
  return /public type '(Details|RefreshMode|Loaded|Unchanged)\b|'(HealthOptions|ServerLike)\b|private type '(FetchHandler|MiddlewareHandler|Values|TargetGroupField)'/.test(
    text,
  );
}

/** The members of a foreign object's shape are for its platform to explain; those of a client's record, for docs/probers.md. */
function isForeign(file: string, line: number): boolean {
  const above = read(file).split("\n").slice(0, line).reverse();
  const declared = above.find((text) => /^export /.test(text)) ?? "";
  return (
    /^export interface \w+Like\b|^export interface ProbedWorker\b/.test(declared) || file.startsWith("src/probers/")
  );
}
