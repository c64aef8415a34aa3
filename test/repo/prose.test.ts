import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { ROOT } from "./tree.ts";

const folder = mkdtempSync(join(tmpdir(), "health-state-prose-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the lint of the prose says of a page, without the path of the page. */
async function lint(text: string): Promise<readonly string[]> {
  const page = join(folder, "page.md");
  writeFileSync(page, text);
  const run = promisify(execFile)(process.execPath, [join(ROOT, "tools/lint-prose.mjs"), page]);
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => line.slice(page.length + 1));
}

const LONG = `${"word ".repeat(31).trim()}.`;

test("a sentence of more than 30 words is found, in a paragraph, an item and a cell, and one of 30 is not", async () => {
  const short = `${"word ".repeat(30).trim()}.`;
  expect(await lint(`${short} ${short}\n`)).toEqual(["1: 301 columns, more than 120"]);
  const wrapped = LONG.replace("word word ", "word\nword ");
  expect(await lint(`Fine.\n\n${wrapped.replaceAll(" word word word", "\nword word word")}\n`)).toEqual([
    expect.stringContaining("3: 31 words in a sentence"),
  ]);
  expect(await lint(`| ${LONG} | fine |\n`)).toEqual([expect.stringContaining("1: 31 words in a sentence")]);
});

test("an old-fashioned word is found, and none in code", async () => {
  expect(await lint("It ends whoever calls.\n\n`whoever` is fine.\n\n```\nwhoever\n```\n")).toEqual([
    '1: "whoever": name who it is',
  ]);
});

test("in a source, an old-fashioned word is found and a long sentence is not", async () => {
  mkdirSync(join(folder, "src"));
  writeFileSync(join(folder, "src/a.ts"), `// Whoever reads.\n// ${LONG}\n`);
  const run = promisify(execFile)(process.execPath, [join(ROOT, "tools/lint-prose.mjs"), "src/a.ts"], { cwd: folder });
  expect((await run.catch((error: { stdout: string }) => error)).stdout).toBe(
    'src/a.ts:1: "Whoever": name who it is\n',
  );
});

test("a line of more than 120 columns is found, and none in a table, in code or of a single word", async () => {
  const words = "word. ".repeat(21).trim();
  const link = `https://example.com/${"x".repeat(120)}`;
  expect(await lint(`${words}\n\n| ${words} |\n\n\`\`\`\n${words}\n\`\`\`\n\n${link}\n`)).toEqual([
    "1: 125 columns, more than 120",
  ]);
});
