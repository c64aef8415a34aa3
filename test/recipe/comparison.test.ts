import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FILES, read, ROOT } from "../repo/tree.ts";

const PAGE = read("docs/why/comparison.md");
const PEERS = join(ROOT, "tools/peers/node_modules");
const [before = "", sources = ""] = PAGE.split("## Sources");
const SOURCES = [...sources.matchAll(/^\| ([¹²³⁴⁵⁶⁷⁸]) \| ([^|]+) \| `([^`]+)` \| `([^`]+)` \|$/gm)].map(
  ([, mark = "", row = "", file = "", text = ""]) => [mark, row, file, text] as const,
);
const [, ...beforeTable] = before.split("## Side by side");
const [tableText = "", better = ""] = beforeTable.join("").split("## What they do better");

describe("docs/why/comparison.md", () => {
  test("names a test for each row of ours, and each of them exists", () => {
    const rows = tableText.split("\n").filter((line) => /^\| [a-z`]/.test(line));
    expect(rows.length).toBeGreaterThan(7);
    for (const row of rows) {
      const named = row.match(/`test\/[\w./-]+`/g) ?? [];
      expect([row.slice(0, 40), named.length > 0]).toEqual([row.slice(0, 40), true]);
      for (const file of named) expect(FILES).toContain(file.slice(1, -1));
    }
  });

  test.skipIf(!existsSync(PEERS)).each(SOURCES)("%s, %s: %s says %s", (_mark, _row, file, text) => {
    expect(readFileSync(join(PEERS, file), "utf8")).toContain(text);
  });

  const PACKAGES: Readonly<Record<string, string>> = {
    terminus: "@godaddy/terminus",
    lightship: "lightship",
    "under-pressure": "@fastify/under-pressure",
    "fastify-healthcheck": "fastify-healthcheck",
    "graceful-server": "@gquittet/graceful-server",
    "nest terminus": "@nestjs/terminus",
    "health-connect": "@cloudnative/health-connect",
    "express-healthcheck": "express-healthcheck",
  };

  /** What the code of a package would contain if its cell were no "no". */
  const TRACES: Readonly<Record<string, RegExp>> = {
    "loads data, keeps it fresh": /\bstale/i,
    "tells old data from missing data": /\bstale/i,
    "`retry-after`": /retry-after/i,
    "drains before it stops": /SIGTERM/,
    "logs, metrics, traces, a page": /opentelemetry|prom-client|\blogger\b/i,
    "own adapters for other platforms": /\bDeno\b|\bBun\b|workerd|\b[Ll]ambda\b/,
  };

  const table = tableText.split("\n").filter((line) => line.startsWith("| "));
  const cellsOf = (line: string): readonly string[] =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  const [, , ...columns] = cellsOf(table[0] ?? "");
  const NOS = table.slice(1).flatMap((line) => {
    const [row = "", , ...cells] = cellsOf(line);
    return cells.flatMap((cell, n) => (cell === "no" ? [[row, columns[n] ?? ""] as const] : []));
  });

  const MARKS = "¹²³⁴⁵⁶⁷⁸";

  test('has a source for each cell that is no "no", in the row of that cell, and no other source', () => {
    const wanted = table.slice(1).flatMap((line) => {
      const [row = "", , ...cells] = cellsOf(line);
      return cells.flatMap((cell, n) => (cell === "no" ? [] : [`${MARKS[n]} ${row}`]));
    });
    const inList = (better.match(/[¹²³⁴⁵⁶⁷⁸]/g) ?? []).map((mark) => `${mark} better`);
    expect([...new Set(SOURCES.map(([mark, row]) => `${mark} ${row}`))].sort()).toEqual([...wanted, ...inList].sort());
  });

  test('marks each cell that is no "no" with the mark of its package, and quotes that package', () => {
    for (const line of table.slice(1)) {
      const [, , ...cells] = cellsOf(line);
      cells.forEach((cell, n) => {
        expect(cell === "no" || cell.endsWith(` ${MARKS[n]}`), cell).toBe(true);
      });
    }
    const names = Object.values(PACKAGES);
    for (const [mark, , file] of SOURCES) expect(file.startsWith(`${names[MARKS.indexOf(mark)]}/`), file).toBe(true);
  });

  test("names the package and the compared version of each column", () => {
    const { devDependencies }: { readonly devDependencies: Readonly<Record<string, string>> } = JSON.parse(
      read("tools/peers/package.json"),
    );
    const rows = Object.entries(PACKAGES).map(([name, of]) => `| ${name} | \`${of}\` | ${devDependencies[of]} |`);
    expect(before.split("\n").filter((line) => /^\| [a-z -]+ \| `[^`]+` \| [\d.]+ \|$/.test(line))).toEqual(rows);
  });

  test("knows what to look for where a cell says no", () => {
    expect(NOS.length).toBeGreaterThan(30);
    expect(columns).toEqual(Object.keys(PACKAGES));
    expect(NOS.filter(([row]) => !(row in TRACES))).toEqual([]);
  });

  test.skipIf(!existsSync(PEERS)).each(NOS)("%s: no trace of it is in the code of %s", (row, column) => {
    const folder = join(PEERS, PACKAGES[column] ?? "");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
      (file) => /\.[cm]?js$/.test(file) && !/node_modules|\btests?\b|example|benchmark/.test(file),
    );
    expect(files.length).toBeGreaterThan(0);
    const trace = TRACES[row] ?? /^/;
    expect(files.filter((file) => trace.test(readFileSync(join(folder, file), "utf8")))).toEqual([]);
  });
});
