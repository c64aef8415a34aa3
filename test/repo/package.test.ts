import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findTool } from "./tool.ts";
import { read, ROOT } from "./tree.ts";

const folder = mkdtempSync(join(tmpdir(), "health-state-package-"));
const run = promisify(execFile);
const subpaths = Object.keys(JSON.parse(read("package.json")).exports).filter((name) => name !== "./package.json");

/** Run by file, through the system's own npm and node. */
async function node(...args: readonly string[]): Promise<string> {
  try {
    return (await run(process.execPath, args, { cwd: folder })).stdout;
  } catch (error) {
    // What a compiler or a program said is worth more than that it failed.
    throw new Error(`${String(error)}\n${String(Reflect.get(Object(error), "stdout"))}`);
  }
}

beforeAll(() => {
  execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: ROOT, stdio: "ignore" });
  const tarball = readdirSync(folder).find((file) => file.endsWith(".tgz")) ?? "";
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", join(folder, tarball)], {
    cwd: folder,
    stdio: "ignore",
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

const CONSUMER = `
import { borrow, createHealth, details, heartbeat, loaded, onRequest, unchanged, type LoadContext, type Snapshot } from "health-state";
import { drainOnSignal, guard, probes } from "health-state/node";
import { createScriptedLoader, createVirtualClock, force } from "health-state/testing";
interface Index { readonly size: number }
const health = createHealth({ clock: createVirtualClock(), details: details("never") });
const index = health.resource("index", {
  load: async ({ previous, revision }: LoadContext<Index>) => (revision === "1" ? unchanged() : loaded({ size: (previous?.size ?? 0) + 1 }, { revision: "1" })),
  refreshEvery: "30s",
  validate: (next) => next.size > 0,
});
export const value: Promise<Index> = index.get({ maxAge: "1m" });
export const snapshot: Snapshot<Index> = index.snapshot();
export const beat: () => void = heartbeat(health, "loop", { within: "30s" });
export const size: number | undefined = borrow(index)?.value.size;
export const requestMode = createHealth({ refresh: onRequest() });
export const parts = [probes(health), guard(index), drainOnSignal, createScriptedLoader<Index>(), force];
`;

describe("the packed package, in an empty project", () => {
  test("depends on nothing and holds only what is needed", () => {
    const tree = readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."));
    expect(tree).toEqual(["health-state"]);
    expect(readdirSync(join(folder, "node_modules/health-state")).sort()).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "dist",
      "package.json",
    ]);
  });

  test.each(subpaths)("%s imports", async (subpath) => {
    const name = `health-state${subpath.slice(1)}`;
    expect(
      Number(await node("--input-type=module", "-e", `console.log(Object.keys(await import("${name}")).length)`)),
    ).toBeGreaterThan(0);
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

  const compilers = [
    ["7", join(ROOT, "node_modules/typescript/bin/tsc")],
    ["6", findTool("typescript", "typescript-6/bin/tsc")],
    ["5.9", findTool("typescript", "typescript-5/bin/tsc")],
  ] as const;
  for (const [version, tsc] of compilers)
    for (const [module, moduleResolution] of [
      ["nodenext", "nodenext"],
      ["esnext", "bundler"],
    ] as const)
      test.skipIf(tsc === undefined)(
        `TypeScript ${version} accepts the declarations, resolved as ${moduleResolution}`,
        async () => {
          const file = `consumer-${version}-${moduleResolution}.ts`;
          writeFileSync(join(folder, file), CONSUMER);
          await node(
            tsc ?? "",
            "--noEmit",
            "--strict",
            "--exactOptionalPropertyTypes",
            "--skipLibCheck",
            "false",
            "--target",
            "es2022",
            "--lib",
            "es2022,esnext.disposable,dom",
            "--module",
            module,
            "--moduleResolution",
            moduleResolution,
            file,
          );
        },
      );
});

describe("the package by its checkers", () => {
  const publint = findTool("package", "publint/src/cli.js");
  const deno = findTool("runtimes", "deno/bin.cjs");

  test.skipIf(publint === undefined)("publint finds nothing", async () => {
    await run(process.execPath, [publint ?? "", "run", "--strict"], { cwd: ROOT });
  });

  test.skipIf(deno === undefined)("every public symbol has a docstring that deno doc accepts", async () => {
    const entries = ["src/index.ts", "src/testing/index.ts", "adapters/node.ts"];
    const said = await run(process.execPath, [deno ?? "", "doc", "--lint", ...entries], {
      cwd: ROOT,
      env: { ...process.env, NO_COLOR: "1" },
    }).catch((error: { stderr: string }) => error);
    const errors = said.stderr.match(/^error\[.*/gm) ?? [];
    // What is handed in is opaque to users: they take it from a function and give it to another.
    expect(
      errors.filter(
        (line) => !/public type '(Details|RefreshMode|Loaded|Unchanged|HealthOptions|ServerLike)\b/.test(line),
      ),
    ).toEqual([]);
  });
});
