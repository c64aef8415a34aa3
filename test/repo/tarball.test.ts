import { execFileSync } from "node:child_process";
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

describe("what is published", () => {
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
