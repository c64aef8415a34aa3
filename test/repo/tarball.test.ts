import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { read, ROOT } from "./tree.ts";

interface PackedFile {
  readonly path: string;
  readonly size: number;
}

/** What `npm publish` would take. */
const [{ files }] = JSON.parse(
  execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }),
) as [{ readonly files: readonly PackedFile[] }];

const bytesOf = (some: readonly PackedFile[]): number => some.reduce((sum, { size }) => sum + size, 0);
const code = files.filter(({ path }) => path.endsWith(".js"));

/** A service imports the core and one adapter. The other entries are for those that name them. */
const isShared = ({ path }: PackedFile): boolean =>
  /^dist\/(adapters\/|src\/(index|core)\.js$|src\/testing\/)/.test(path);

/** The table of what an entry costs, in the decisions. */
const COSTS = [
  ...read("docs/why/decisions.md").matchAll(/^\| `health-state(\/[\w-]+)?` \| (\d+) kB \| (?:([\d.]+) kB|–) \|$/gm),
].map(([, name = "", kB, gzipped]) => ({ name: `.${name}`, kB: Number(kB), gzipped }));

interface Limit {
  readonly name: string;
  readonly limit: string;
}

/** The bytes of a file of the package and of every file that it imports, which is what a runtime reads for it. */
function bytesRead(entry: string): number {
  const read = new Set<string>();
  const visit = (file: string): void => {
    if (read.has(file)) return;
    read.add(file);
    for (const [, from = ""] of readFileSync(file, "utf8").matchAll(/\b(?:from|import) ?"(\.[^"]+)"/g))
      visit(join(dirname(file), from));
  };
  visit(join(ROOT, entry));
  return [...read].reduce((sum, file) => sum + statSync(file).size, 0);
}

describe("what is published", () => {
  test("all of it is at most 1.95 MB, unpacked", () => {
    expect(bytesOf(files)).toBeLessThanOrEqual(1_950_000);
  });

  test("each source is one to which a declaration map leads", () => {
    const led: ReadonlySet<string> = new Set(
      files
        .filter(({ path }) => path.endsWith(".d.ts.map"))
        .flatMap(({ path }) => {
          const { sources }: { readonly sources: readonly string[] } = JSON.parse(read(path));
          return sources.map((source) => normalize(join(dirname(path), source)));
        }),
    );
    const sources = files.map(({ path }) => path).filter((path) => /^(src|adapters)\//.test(path));
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.sort()).toEqual(Array.from<string>(led).sort());
  });

  test("the decisions say what a runtime reads for each entry, and what a bundler keeps of it", () => {
    const exported = Object.entries<{ default?: string }>(JSON.parse(read("package.json")).exports);
    const entries = exported.flatMap(([name, target]) => (target.default ? [{ name, file: target.default }] : []));
    expect(COSTS.map(({ name }) => name).sort()).toEqual(entries.map(({ name }) => name).sort());
    const limits: readonly Limit[] = JSON.parse(read(".size-limit.json"));
    for (const { name, file } of entries) {
      const cost = COSTS.find((one) => one.name === name);
      const kB = bytesRead(file) / 1_000;
      expect(kB, name).toBeLessThanOrEqual(cost?.kB ?? 0);
      expect(kB, name).toBeGreaterThan((cost?.kB ?? 0) - 15);
      const ends = name === "." ? /^createHealth\(\)$/ : new RegExp(`health-state${name.slice(1)}$`);
      expect(cost?.gzipped && `${cost.gzipped} kB`, name).toBe(
        limits.find((limit) => ends.test(limit.name) && !limit.name.includes(" probes and "))?.limit,
      );
    }
  });

  test("the code of the core and of all adapters is at most 220 kB", () => {
    expect(bytesOf(code.filter(isShared))).toBeLessThanOrEqual(220_000);
  });

  test("the code of each other entry is at most 60 kB", () => {
    const others = code.filter((file) => !isShared(file));
    expect(others.length).toBeGreaterThan(3);
    expect(others.filter(({ size }) => size > 60_000)).toEqual([]);
  });

  test("there is code, what describes it, and nothing else", () => {
    const kinds = /^(dist\/.*(\.js|\.d\.ts|\.d\.ts\.map)|(src|adapters)\/.*\.ts|docs\/.*\.(md|json|yml))$/;
    const top = ["CHANGELOG.md", "LICENSE", "README.md", "package.json"];
    expect(files.filter(({ path }) => !kinds.test(path) && !top.includes(path))).toEqual([]);
  });

  test("each declaration is one that a compiler reads, because an entry leads to it", () => {
    const all = files.map(({ path }) => path).filter((path) => path.endsWith(".d.ts"));
    const texts = all.map((path) => [path, read(path)] as const);
    const entries = Object.values<{ types?: string }>(JSON.parse(read("package.json")).exports);
    const isRead = (path: string): boolean =>
      entries.some(({ types }) => types === `./${path}`) ||
      texts.some(([, text]) => text.includes(`/${path.replace(/^.*\//, "").replace(/\.d\.ts$/, "")}.ts"`));
    expect(all.length).toBeGreaterThan(100);
    expect(all.filter((path) => !isRead(path))).toEqual([]);
  });

  test("a map of a declaration holds no copy of the source", () => {
    const maps = files.filter(({ path }) => path.endsWith(".d.ts.map"));
    expect(maps.filter(({ path }) => read(path).includes("sourcesContent"))).toEqual([]);
  });
});
