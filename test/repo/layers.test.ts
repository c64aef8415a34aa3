import { join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { codeOf, FILES, importsOf, read } from "./tree.ts";

/** Each folder of the sources, lowest first, and the folders it may import from beside itself. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  "src/option": [],
  "src/state": [],
  "src/time": ["src/option"],
  "src/resource": ["src/time", "src/state", "src/option"],
  "src/health": ["src/resource", "src/time", "src/state", "src/option"],
  "src/answer": ["src/health", "src/resource", "src/state", "src/option"],
  "src/details": ["src/answer", "src/health", "src/resource", "src/state", "src/option"],
  "src/handler": ["src/details", "src/answer", "src/health", "src/resource", "src/time", "src/state", "src/option"],
  "src/openapi": ["src/handler", "src/details", "src/answer", "src/health", "src/state"],
  "src/request-mode": [
    "src/handler",
    "src/answer",
    "src/health",
    "src/resource",
    "src/time",
    "src/state",
    "src/option",
  ],
  "src/source": ["src/resource", "src/option"],
  "src/fleet": ["src/source", "src/gate", "src/health", "src/resource", "src/time", "src/state", "src/option"],
  "src/source/http": ["src/source", "src/resource", "src/time", "src/option"],
  "src/source/postgres": ["src/source", "src/fleet", "src/resource", "src/time", "src/option"],
  "src/source/redis": ["src/source", "src/fleet", "src/resource", "src/option"],
  "src/source/file": ["src/source", "src/store/file", "src/store", "src/resource", "src/option"],
  "src/hint": ["src/resource", "src/state", "src/option"],
  "src/gate": ["src/resource", "src/state", "src/option"],
  "src/store": ["src/resource", "src/state", "src/option"],
  "src/store/file": ["src/store", "src/option"],
  "src/store/kv": ["src/store", "src/option"],
  "src/packed": ["src/option"],
  "src/thread": [
    "src/thread/worker",
    "src/handler",
    "src/answer",
    "src/health",
    "src/resource",
    "src/time",
    "src/state",
    "src/option",
  ],
  "src/thread/worker": ["src/answer", "src/health", "src/resource", "src/state", "src/option"],
  "src/cluster": [
    "src/thread",
    "src/thread/worker",
    "src/store/file",
    "src/store",
    "src/handler",
    "src/answer",
    "src/health",
    "src/resource",
    "src/state",
    "src/option",
  ],
  "src/validate": ["src/option"],
  "src/singleton": ["src/option"],
  "src/observe": ["src/handler", "src/health", "src/resource", "src/state", "src/option"],
  "src/log": ["src/observe", "src/handler", "src/health", "src/resource", "src/option"],
  "src/prometheus": ["src/observe", "src/handler", "src/health", "src/resource", "src/state", "src/option"],
  "src/otel": ["src/observe", "src/handler", "src/health", "src/resource", "src/option"],
  "src/page": [
    "src/observe",
    "src/handler",
    "src/details",
    "src/answer",
    "src/health",
    "src/resource",
    "src/state",
    "src/option",
  ],
  "src/grpc": ["src/observe", "src/handler", "src/health", "src/resource", "src/time", "src/option"],
  "src/testing": ["src/time", "src/resource", "src/state", "src/option"],
};

/** The folders that use Node's own modules; their entries say so. */
const ON_NODE = ["src/source/file", "src/store/file", "src/grpc", "src/thread", "src/thread/worker", "src/cluster"];

/** Adapters of frameworks that run on another adapter's platform. */
const STANDS_ON: Readonly<Record<string, string>> = {
  "adapters/fastify.ts": "./node.ts",
  "adapters/koa.ts": "./node.ts",
};

const SOURCES = FILES.filter((file) => /^src\/.*\.ts$/.test(file));
const ADAPTERS = FILES.filter((file) => /^adapters\/.*\.ts$/.test(file));
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
    // A thread loads the user's own module.
    const isUsers = (from: string): boolean => from === "href" && file === "src/thread/worker/load.ts";
    const isBuiltIn = (from: string): boolean => from.startsWith("node:") && ON_NODE.includes(folderOf(file));
    const above = importsOf(file).filter((from) => !allowed.includes(folderOf(targetOf(file, from))));
    expect(above.filter((from) => !isBuiltIn(from) && !isUsers(from))).toEqual([]);
  });

  test("no source imports a package or a part of a platform, but for the folders that are on Node", () => {
    for (const file of SOURCES.filter((source) => !ON_NODE.includes(folderOf(source))))
      expect([file, importsOf(file).filter((from) => !from.startsWith("."))]).toEqual([file, []]);
  });

  test("the main entry is the core alone, without what is for tests", () => {
    expect(importsOf("src/index.ts").filter((from) => /^\.\/testing\//.test(from))).toEqual([]);
  });

  test.each(ADAPTERS)(
    "%s sees only src/index.ts, src/internal.ts, parts that adapters share, and types of its platform",
    (file) => {
      const own = importsOf(file).filter((from) => from.startsWith("."));
      const isOpen = (from: string): boolean => {
        const target = targetOf(file, from);
        if (target === "src/index.ts" || target === "src/internal.ts" || folderOf(target) === "adapters/shared")
          return true;
        // Parts of one platform, which no entry of another name may reach for.
        return from === STANDS_ON[file] || (folderOf(target) === folderOf(file) && !EXPORTED.includes(from));
      };
      expect(own.filter((from) => !isOpen(from))).toEqual([]);
      // A variable holds the name of what a bundler must not look for.
      for (const from of importsOf(file).filter((name) => !name.startsWith(".") && name !== "CLUSTER"))
        expect(read(file)).toMatch(new RegExp(`import type [^;]*from "${from}"`));
    },
  );

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
