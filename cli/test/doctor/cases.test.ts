import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RULES } from "../../src/doctor/model/rules.ts";
import { casesOf, expectedOf } from "./cases.ts";
import { say } from "../kit/command.ts";

const FOLDER = join(import.meta.dirname, "cases");
const CORPUS = join(import.meta.dirname, "corpus");

const ALL = readdirSync(FOLDER)
  .sort()
  .map((page) => ({ page, cases: casesOf(readFileSync(join(FOLDER, page), "utf8")) }));

describe.each(ALL)("$page", ({ cases }) => {
  test.each(cases)("$title", async ({ file, args, text, code, unread }) => {
    const said = await say(["doctor", "--json", ...args, file], { [file]: text });
    if (code === 2)
      return expect({ code: said.code, err: /helm template|unknown format/.test(said.err) }).toEqual({
        code,
        err: true,
      });
    const { findings, unread: notRead } = JSON.parse(said.out);
    expect({
      findings: findings.map(({ line, rule }: { line: number; rule: string }) => `${line} ${rule}`).sort(),
      unread: notRead.length,
    }).toEqual({ findings: [...expectedOf(text)].sort(), unread });
    if (code !== undefined) expect(said.code).toBe(code);
  });
});

test("the cases are at least five hundred, of every format, and every rule is in them", () => {
  const cases = ALL.flatMap((page) => page.cases);
  const told = new Set(cases.flatMap(({ text }) => expectedOf(text)).map((line) => line.split(" ")[1]));
  const corpus = readdirSync(CORPUS, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.\w+$/.test(name))
    .map((name) => readFileSync(join(CORPUS, name), "utf8"))
    .join("\n");
  expect(Object.keys(RULES).filter((rule) => !told.has(rule) && !corpus.includes(rule))).toEqual([]);
  expect(cases.length).toBeGreaterThanOrEqual(500);
});
