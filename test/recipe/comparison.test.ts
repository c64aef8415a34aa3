import { existsSync, readdirSync, readFileSync } from "node:fs";
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
    "knows stale from not loaded": /\bstale/i,
    "`retry-after`": /retry-after/i,
    "drains before it stops": /SIGTERM/,
    "logs, metrics, traces, a page": /opentelemetry|prom-client|\blogger\b/i,
    "beyond Node": /\bDeno\b|\bBun\b|workerd/,
  };

  const table = before.split("\n").filter((line) => line.startsWith("| "));
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
