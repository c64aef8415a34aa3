import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ENTRIES, installPacked } from "./packed.ts";
import { findTool } from "./tool.ts";
import { read, ROOT } from "./tree.ts";

const folder = mkdtempSync(join(tmpdir(), "health-state-package-"));
const run = promisify(execFile);

/** What a program prints; run by file, with this Node. */
async function node(...args: readonly string[]): Promise<string> {
  try {
    return (await run(process.execPath, args, { cwd: folder })).stdout;
  } catch (error) {
    // What a compiler or a program said is worth more than that it failed.
    throw new Error(`${String(error)}\n${String(Reflect.get(Object(error), "stdout"))}`);
  }
}

beforeAll(() => installPacked(folder));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the packed package, in an empty project", () => {
  test("depends on nothing and holds only what is needed", () => {
    const tree = readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."));
    expect(tree).toEqual(["health-state"]);
    const own = join(folder, "node_modules/health-state");
    expect(readdirSync(own).sort()).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "adapters",
      "dist",
      "docs",
      "package.json",
      "src",
    ]);
    expect(readdirSync(join(own, "dist")).sort()).toEqual(["adapters", "src"]);
  });

  test.each(ENTRIES.map(([name]) => name))("%s imports", async (subpath) => {
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
      exports: Object.fromEntries(ENTRIES.map(([name, file]) => [name, `./${file}`])),
      imports: { hono: `npm:hono@${devDependencies.hono}` },
      compilerOptions: { lib: ["es2022", "esnext.disposable", "dom"] },
    };
    writeFileSync(join(copy, "deno.json"), JSON.stringify(manifest));
    await run(process.execPath, [deno ?? "", "publish", "--dry-run", "--allow-dirty"], { ...options, cwd: copy });
  });

  test.skipIf(deno === undefined)("every public symbol has a docstring that deno doc accepts", async () => {
    const entries = ENTRIES.map(([, file]) => file);
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
  return /public type '(Details|Driver|Store|Gate|Loaded|Unchanged|RetryLater)\b|'(HealthOptions|ServerLike)\b|private type '(FetchHandler|MiddlewareHandler|Values|TargetGroupField|ByteArray|AnyAttachable|Attachable|AttachableHealthPart|UsingDisposable|UsingAsyncDisposable)'/.test(
    text,
  );
}

/** The members of a foreign object's shape are for its platform to explain. */
function isForeign(file: string, line: number): boolean {
  const above = read(file).split("\n").slice(0, line).reverse();
  const declared = above.find((text) => /^export /.test(text)) ?? "";
  return /^export interface \w+Like\b|^export interface ProbedWorker\b/.test(declared);
}
