import { join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { codeOf, FILES, importsOf, read } from "./tree.ts";

/** Each folder of the sources, lowest first, and the folders it may import from beside itself. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  "src/state": [],
  "src/resource": ["src/state"],
  "src/health": ["src/resource", "src/state"],
  "src/answer": ["src/health", "src/resource", "src/state"],
  "src/handler": ["src/answer", "src/health", "src/resource", "src/state"],
  "src/openapi": ["src/handler", "src/answer", "src/health", "src/resource", "src/state"],
  "src/request": ["src/handler", "src/answer", "src/health", "src/resource", "src/state"],
  "src/singleton": ["src/state"],
  "src/testing": ["src/resource", "src/state"],
  "src/probers": ["src/answer", "src/state"],
  "src/simulate": ["src/probers", "src/handler", "src/answer", "src/resource", "src/state"],
};

/** Adapters of frameworks that run on another adapter's platform. */
const STANDS_ON: Readonly<Record<string, string>> = {
  "adapters/fastify.ts": "./node.ts",
  "adapters/koa.ts": "./node.ts",
};

const SOURCES = FILES.filter((file) => /^src\/.*\.ts$/.test(file));
const ADAPTERS = FILES.filter((file) => /^adapters\/.*\.ts$/.test(file));
const COMMAND = FILES.filter((file) => /^cli\/.*\.ts$/.test(file));
const EXPORTED = Object.keys(JSON.parse(read("package.json")).exports).map((name) => `${name}.ts`);

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/"));
}

/** The file that is imported; empty for a package. */
function targetOf(file: string, from: string): string {
  return from.startsWith(".") ? normalize(join(folderOf(file), from)) : "";
}

describe("layers point one way", () => {
  test("every folder of the sources has its place in the ladder", () => {
    const folders = new Set(SOURCES.map(folderOf).filter((folder) => folder !== "src"));
    expect([...folders].sort()).toEqual(Object.keys(LAYERS).sort());
  });

  test.each(SOURCES.filter((file) => folderOf(file) in LAYERS))("%s imports nothing from above", (file) => {
    const allowed = [folderOf(file), ...(LAYERS[folderOf(file)] ?? [])];
    expect(importsOf(file).filter((from) => !allowed.includes(folderOf(targetOf(file, from))))).toEqual([]);
  });

  test("no source imports a package or a part of a platform", () => {
    for (const file of SOURCES)
      expect([file, importsOf(file).filter((from) => !from.startsWith("."))]).toEqual([file, []]);
  });

  test("the main entry is the core alone: neither testing, nor the clients' configurations, nor the simulator", () => {
    expect(importsOf("src/index.ts").filter((from) => /^\.\/(testing|probers|simulate)\//.test(from))).toEqual([]);
  });

  test.each(ADAPTERS)("%s sees only src/index.ts, parts that adapters share, and types of its platform", (file) => {
    const own = importsOf(file).filter((from) => from.startsWith("."));
    const shared = (from: string): boolean =>
      from === STANDS_ON[file] || (/^\.\/[a-z-]+\.ts$/.test(from) && !EXPORTED.includes(from));
    expect(own.filter((from) => from !== "../src/index.ts" && !shared(from))).toEqual([]);
    for (const from of importsOf(file).filter((name) => !name.startsWith(".")))
      expect(read(file)).toMatch(new RegExp(`import type [^;]*from "${from}"`));
  });

  test.each(COMMAND)("%s sees the clients' configurations and the simulator, and nothing of the health", (file) => {
    const above = importsOf(file)
      .map((from) => targetOf(file, from))
      .filter((target) => target !== "" && !target.startsWith("cli/"));
    expect(above.filter((target) => !/^src\/(probers\/index\.ts|simulate\/index\.ts|state\/.*)$/.test(target))).toEqual(
      [],
    );
  });

  test("the examples see only the published package", () => {
    for (const file of FILES.filter((name) => /^examples\/(?!matcher\/test).*\.(m?js|tsx?)$/.test(name)))
      expect([file, importsOf(file).filter((from) => targetOf(file, from).match(/^(src|adapters|dist)\//))]).toEqual([
        file,
        [],
      ]);
  });

  test("the pure layer reads no clock, makes no promise, does no I/O", () => {
    const effect =
      /\b(Date\.now|new Date|performance|Promise|async|await|setTimeout|queueMicrotask|fetch|Math\.random)\b/;
    for (const file of SOURCES.filter((source) => source.startsWith("src/state/")))
      expect([file, codeOf(file).match(effect)]).toEqual([file, null]);
  });
});
