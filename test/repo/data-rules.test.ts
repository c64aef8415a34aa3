import { describe, expect, test } from "vitest";
import { FILES, read } from "./tree.ts";

interface Proof {
  readonly rule: string;
  readonly file: string;
  readonly name: string;
}

/** The rows of a page: what each rule is proved by. A name without a file is of the file before it. */
function proofsOf(page: string): readonly Proof[] {
  const rows = [...read(page).matchAll(/^\| (?!rule \|)([^|]+) \| (.+) \|$/gm)];
  return rows.flatMap(([, rule = "", cell = ""]) => {
    let file = "";
    return [...cell.matchAll(/(?:`([\w./-]+)`: )?"(.+?)"(?=; |$)/g)].map(([, given, name = ""]) => {
      file = given ?? file;
      return { rule, file, name };
    });
  });
}

const PAGES = ["test/data-rules.md"];

describe.each(PAGES)("%s", (page) => {
  test("names a test for each rule", () => {
    const rows = [...read(page).matchAll(/^\| (?!rule \|)([^|]+) \|/gm)].map(([, rule]) => rule);
    const proved = new Set(proofsOf(page).map(({ rule }) => rule));
    expect(rows.filter((rule) => rule === undefined || !proved.has(rule))).toEqual([]);
  });

  test("names tests that exist", () => {
    const missing = proofsOf(page).filter(({ file, name }) => !FILES.includes(file) || !read(file).includes(name));
    expect(missing).toEqual([]);
  });
});
