import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { FILES, importsOf, read, ROOT } from "./tree.ts";

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly dependencies?: unknown;
}

const manifest: Manifest = JSON.parse(read("package.json"));
const entries = Object.entries(manifest.exports).flatMap(([name, target]) =>
  typeof target === "string" ? [] : [{ name, ...target }],
);

async function moduleOf(name: string): Promise<object> {
  return import(join(ROOT, entries.find((entry) => entry.name === name)?.default ?? ""));
}

describe("package.json", () => {
  test.each(entries)("$name is a source, with types before the default", ({ types, default: file }) => {
    expect(types).toBe(file.replace(/\.js$/, ".d.ts"));
    expect(FILES).toContain(file.replace("./dist/", "").replace(/\.js$/, ".ts"));
    expect(existsSync(join(ROOT, file))).toBe(true);
  });

  test("every adapter is exported under the name of its file, unless only its siblings use it", () => {
    const adapters = FILES.filter((file) => /^adapters\/[^/]+\.ts$/.test(file));
    const inner = new Set(
      adapters
        .flatMap((file) => importsOf(file))
        .filter((from) => from.startsWith("./"))
        .map((from) => `adapters/${from.slice(2)}`),
    );
    const exported = entries.map(({ name }) => `adapters/${name.slice(2)}.ts`);
    expect(adapters.filter((file) => !inner.has(file) && !exported.includes(file))).toEqual([]);
  });

  test.each(entries.filter(({ default: file }) => file.startsWith("./dist/adapters/")))(
    "$name speaks the two verbs that every adapter does",
    async ({ default: file }) => {
      const adapter: Record<string, unknown> = await import(join(ROOT, file));
      expect([typeof adapter["probes"], typeof adapter["guard"]]).toEqual(["function", "function"]);
    },
  );

  test.each([
    ["./http", ["fromHttp", "fromPointer"]],
    ["./file", ["bytes", "fileHints", "fileStore", "fromFile", "fromFiles", "json", "v8"]],
    ["./kv", ["bytes", "json", "kvStore"]],
    ["./postgres", ["fleetSchema", "fromPostgres", "postgresFleet", "postgresHints"]],
    ["./redis", ["fromRedis", "redisFleet", "redisHints"]],
    ["./thread", ["offThread", "probeThread"]],
    ["./cluster", ["shared", "workers"]],
    ["./fleet", ["fleet", "fleetStatus", "memoryFleet", "pinRevision", "retryRevision", "rollout", "unpinRevision"]],
  ])("%s holds these functions and no others: %j", async (name, functions) => {
    expect(Object.keys(await moduleOf(name)).sort()).toEqual(functions);
  });

  test("the main entry holds what every source and store needs, and no source and no store", async () => {
    const names = Object.keys(await moduleOf("."));
    const held = ["retryLater", "byVersion", "SourceError", "hints", "limitLoads", "seed"];
    expect(names).toEqual(expect.arrayContaining([...held, "notEmpty", "sizeChange", "atMost", "sample"]));
    expect(names.filter((name) => /^from[A-Z]|(Store|Hints|Fleet)$/.test(name))).toEqual(["createStore"]);
  });

  test("the package depends on nothing at run time", () => {
    expect(manifest.dependencies).toBeUndefined();
  });
});

describe("importing", () => {
  test("is watched by spies that would see it", () => {
    const noisy = "export const at = [new Date(), Math.random(), setTimeout(() => {}, 0)].length";
    const folder = mkdtempSync(join(tmpdir(), "health-state-noisy-"));
    mkdirSync(join(folder, "dist/src"), { recursive: true });
    writeFileSync(join(folder, "dist/src/noisy.mjs"), noisy);
    expect(touchedBy(join(folder, "dist/src/noisy.mjs"))).toBe('["Date","random","setTimeout"]');
    rmSync(folder, { recursive: true });
  });

  // What an entry must not touch while it is imported (docs/reference/rules.md, 13).
  const watch = `
    const touched = [];
    const spy = (object, name) => {
      const real = object[name];
      const own = Object.getOwnPropertyDescriptors(real);
      object[name] = function (...args) {
        if (/\\/dist\\/(src|adapters)\\//.test(new Error().stack ?? "")) touched.push(name);
        return new.target ? Reflect.construct(real, args, new.target) : Reflect.apply(real, this, args);
      };
      Object.defineProperties(object[name], own);
    };
    for (const name of ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "fetch", "Response", "Request", "Date"])
      spy(globalThis, name);
    for (const name of ["now"]) spy(globalThis.Date, name);
    for (const name of ["on", "once", "addListener", "prependListener"]) spy(process, name);
    for (const name of ["randomUUID", "getRandomValues"]) spy(crypto, name);
    spy(Math, "random");
    spy(performance, "now");
    spy(AbortSignal, "timeout");
    await import(process.argv[1]);
    process.stdout.write(JSON.stringify(touched));
  `;

  function touchedBy(file: string): string {
    const { href } = pathToFileURL(file);
    return execFileSync(process.execPath, ["--input-type=module", "-e", watch, href], { encoding: "utf8" });
  }

  test.each(entries)("$name does nothing at import", ({ default: file }) => {
    expect(touchedBy(join(ROOT, file))).toBe("[]");
  });
});
