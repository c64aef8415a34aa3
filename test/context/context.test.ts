import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const home = mkdtempSync(join(tmpdir(), "health-state-"));
const library = join(home, "index.mjs");

beforeAll(() => build({ entryPoints: [at("src/index.ts")], bundle: true, format: "esm", outfile: library }));
afterAll(() => rmSync(home, { recursive: true }));

interface Played {
  readonly played: readonly {
    readonly name: string;
    readonly seen: Readonly<Record<string, { readonly calls: number; readonly stores: readonly string[] }>>;
    /** How many stores were not collected. */
    readonly left: number;
    readonly of: number;
    /** How many of the healths lived all the while. */
    readonly alive: number;
  }[];
  readonly request: readonly string[];
}

/** What the script prints last: a runtime may greet. */
async function play(command: readonly string[], script: string): Promise<unknown> {
  const [program = "", ...flags] = command;
  const child = spawn(program, [...flags, at(`test/context/${script}`), pathToFileURL(library).href]);
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`it ended with ${String(code)}: ${err}`);
  return JSON.parse(out.trim().split("\n").at(-1) ?? "");
}

const RUNTIMES: Readonly<Record<string, readonly string[]>> = {
  Node: [process.execPath, "--expose-gc"],
  Bun: [at("tools/runtimes/node_modules/bun/bin/bun.exe")],
  Deno: [at("tools/runtimes/node_modules/.bin/deno"), "run", "-A", "--no-check", "--quiet", "--v8-flags=--expose-gc"],
};

/** A collector that reads the stack conservatively may take a number for a pointer, now and then. */
const TOLERATED: Readonly<Record<string, number>> = { Node: 0, Bun: 1, Deno: 0 };

describe.each(Object.entries(RUNTIMES))("the async context on %s", (runtime, command) => {
  const isThere = existsSync(command[0] ?? "");
  test.skipIf(!isThere)(
    `loads and listeners see no request, a request's store can be collected, and in request mode a load sees its own${
      isThere ? "" : " (skipped: npm ci --prefix tools/runtimes)"
    }`,
    async () => {
      // SAFETY: it is what the script prints.
      const { played, request } = (await play(command, "scene.mjs")) as Played;
      const callbacks = ["load", "later in the load", "validate", "onRejected", "dispose", "listener"];
      for (const { name, seen, left, of, alive } of played) {
        for (const where of callbacks)
          expect({ name, where, calls: seen[where]?.calls }).not.toMatchObject({ calls: 0 });
        expect([name, Object.keys(seen).sort()]).toEqual([name, [...callbacks].sort()]);
        expect([name, Object.values(seen).flatMap(({ stores }) => stores)]).toEqual([name, []]);
        expect([name, alive]).toEqual([name, of]);
        expect(left, `${name}: stores that live on`).toBeLessThanOrEqual(TOLERATED[runtime] ?? 0);
      }
      expect(request).toEqual(["one", "one", "two", "two", "three", "three", "four", "four"]);
    },
  );

  test.skipIf(!isThere)(
    "a loader that is the first of its process to enter a context takes no other along",
    async () => {
      expect(await play(command, "first.mjs")).toEqual(["listener: none", "load: none", "dispose: none"]);
    },
  );
});
