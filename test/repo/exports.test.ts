import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
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

  test("the package depends on nothing at run time", () => {
    expect(manifest.dependencies).toBeUndefined();
  });
});

describe("importing", () => {
  // What an entry must not touch while it is imported (SPEC rule 13).
  const watch = `
    const touched = [];
    const spy = (object, name) => {
      const real = object[name];
      object[name] = function (...args) {
        if (/\\/dist\\/(src|adapters)\\//.test(new Error().stack ?? "")) touched.push(name);
        return new.target ? Reflect.construct(real, args, new.target) : Reflect.apply(real, this, args);
      };
    };
    for (const name of ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "fetch", "Response", "Request"]) spy(globalThis, name);
    spy(Date, "now");
    spy(Math, "random");
    spy(performance, "now");
    spy(process, "on");
    await import(process.argv[1]);
    process.stdout.write(JSON.stringify(touched));
  `;

  test.each(entries)("$name does nothing at import", ({ default: file }) => {
    const url = new URL(`file://${join(ROOT, file)}`).href;
    expect(execFileSync(process.execPath, ["--input-type=module", "-e", watch, url], { encoding: "utf8" })).toBe("[]");
  });
});
