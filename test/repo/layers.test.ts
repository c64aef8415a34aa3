import { join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { FILES, importsOf, read } from "./tree.ts";

/** Each folder of the sources, and the folders it may import from beside itself. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  "src/state": [],
  "src/resource": ["src/state"],
  "src/health": ["src/resource", "src/state"],
  "src/answer": ["src/health", "src/resource", "src/state"],
  "src/handler": ["src/answer", "src/health", "src/resource", "src/state"],
  "src/openapi": ["src/handler", "src/answer", "src/health", "src/resource", "src/state"],
  "src/request": ["src/handler", "src/answer", "src/health", "src/resource", "src/state"],
  "src/testing": ["src/resource", "src/state"],
};

const SOURCES = FILES.filter((file) => /^src\/.*\.ts$/.test(file));
const ADAPTERS = FILES.filter((file) => /^adapters\/.*\.ts$/.test(file));

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/"));
}

function targetOf(file: string, from: string): string {
  return normalize(join(folderOf(file), from));
}

describe("layers point one way", () => {
  test.each(SOURCES.filter((file) => folderOf(file) in LAYERS))("%s imports nothing from above", (file) => {
    const folder = folderOf(file);
    const allowed = [folder, ...(LAYERS[folder] ?? [])];
    const wrong = importsOf(file).filter((from) =>
      !from.startsWith("./") && !from.startsWith("../") ? true : !allowed.includes(folderOf(targetOf(file, from))),
    );
    expect(wrong).toEqual([]);
  });

  test("every folder of the core has its place in the ladder", () => {
    const folders = new Set(SOURCES.map(folderOf).filter((folder) => !/^src(\/probers.*)?$/.test(folder)));
    expect([...folders].sort()).toEqual(Object.keys(LAYERS).sort());
  });

  test.each(ADAPTERS)("%s sees only src/index.ts, its siblings and types of its platform", (file) => {
    const own = importsOf(file).filter((from) => from.startsWith("."));
    expect(own.filter((from) => from !== "../src/index.ts" && !/^\.\/[a-z-]+\.ts$/.test(from))).toEqual([]);
    const foreign = importsOf(file).filter((from) => !from.startsWith("."));
    for (const from of foreign) expect(read(file)).toMatch(new RegExp(`import type [^;]*from "${from}"`));
  });

  test("the pure layer reads no clock, makes no promise, does no I/O", () => {
    for (const file of SOURCES.filter((source) => source.startsWith("src/state/"))) {
      const code = read(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
      expect([
        file,
        code.match(/\b(Date\.now|performance|Promise|async|await|setTimeout|fetch|Math\.random)\b/),
      ]).toEqual([file, null]);
    }
  });
});
