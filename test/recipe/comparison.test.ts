import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FILES, read, ROOT } from "../repo/tree.ts";

const PAGE = read("docs/why/comparison.md");
const PEERS = join(ROOT, "tools/peers/node_modules");
const [before = "", sources = ""] = PAGE.split("## Sources");
const SOURCES = [...sources.matchAll(/^\| ([¹²³⁴⁵⁶⁷⁸⁹⁰]+) +\| `([^`]+)` +\| `([^`]+)` +\|$/gm)].map(
  ([, mark = "", file = "", text = ""]) => [mark, file, text] as const,
);

describe("docs/why/comparison.md", () => {
  test("names a test for each row of ours, and each of them exists", () => {
    const rows = before.split("\n").filter((line) => /^\| [a-z`]/.test(line));
    expect(rows.length).toBeGreaterThan(7);
    for (const row of rows) {
      const named = row.match(/`test\/[\w./-]+`/g) ?? [];
      expect([row.slice(0, 40), named.length > 0]).toEqual([row.slice(0, 40), true]);
      for (const file of named) expect(FILES).toContain(file.slice(1, -1));
    }
  });

  test("has a source for each mark, and a mark for each source", () => {
    const marks = new Set(before.replace(/¹ to ¹⁴/, "").match(/[¹²³⁴⁵⁶⁷⁸⁹⁰]+/g));
    expect([...marks].sort()).toEqual(SOURCES.map(([mark]) => mark).sort());
  });

  test.skipIf(!existsSync(PEERS)).each(SOURCES)("%s: %s says %s", (_mark, file, text) => {
    expect(readFileSync(join(PEERS, file), "utf8")).toContain(text);
  });
});
