import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FILES, read, ROOT } from "../repo/tree.ts";

const PAGE = read("docs/why/comparison.md");
const PEERS = join(ROOT, "tools/peers/node_modules");
const [beforeTable = "", afterTable = ""] = PAGE.split("## Side by side");
const [tableText = "", better = ""] = afterTable.split("## What they do better");

/** Text of a package that shows what a cell says. */
interface Quote {
  readonly package: string;
  /** The row of the table, or "better" for the list below the table. */
  readonly row: string;
  readonly file: string;
  readonly text: string;
}

const QUOTES: readonly Quote[] = JSON.parse(read("tools/peers/quotes.json"));

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

  test.skipIf(!existsSync(PEERS)).each(QUOTES)("$package, $row: $file says $text", (quote) => {
    expect(readFileSync(join(PEERS, quote.package, quote.file), "utf8")).toContain(quote.text);
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

  test('has a quote for each cell that is not "no", and for what a package does better where the page says so', () => {
    const wanted = table.slice(1).flatMap((line) => {
      const [row = "", , ...cells] = cellsOf(line);
      return cells.flatMap((cell, n) =>
        cell === "no" ? [] : [`${PACKAGES[columns[n] ?? ""]}: ${row.replaceAll("`", "")}`],
      );
    });
    expect(wanted.length).toBeGreaterThan(30);
    const quoted = new Set(QUOTES.map((quote) => `${quote.package}: ${quote.row}`));
    expect([...quoted].filter((one) => !one.endsWith(": better")).sort()).toEqual(wanted.sort());
    for (const [name, of] of Object.entries(PACKAGES))
      if (quoted.has(`${of}: better`)) expect(better).toContain(`**${name}**`);
  });

  test("names the package and the compared version of each column", () => {
    const { devDependencies }: { readonly devDependencies: Readonly<Record<string, string>> } = JSON.parse(
      read("tools/peers/package.json"),
    );
    const rows = Object.entries(PACKAGES).map(([name, of]) => `| ${name} | \`${of}\` | ${devDependencies[of]} |`);
    expect(beforeTable.split("\n").filter((line) => /^\| [a-z -]+ \| `[^`]+` \| [\d.]+ \|$/.test(line))).toEqual(rows);
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
