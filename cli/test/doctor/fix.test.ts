import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { say } from "../kit/command.ts";
import { casesOf, type Case } from "./cases.ts";

const CASES = join(import.meta.dirname, "cases");

interface Told {
  readonly rule: string;
  readonly line: number;
  readonly severity: string;
  readonly fixable: boolean;
}

/** What --fix wrote, if it wrote anything, and what it found. */
async function fix(
  { file, args }: Case,
  text: string,
): Promise<{ readonly next?: string; readonly told: readonly Told[] }> {
  let next: string | undefined;
  const { out } = await say(["doctor", "--fix", "--json", ...args, file], { [file]: text }, undefined, (_, written) => {
    next = written;
    return Promise.resolve();
  });
  return { ...(next !== undefined && { next }), told: JSON.parse(out).findings };
}

const commentsIn = (text: string): readonly string[] => text.match(/# [^\r\n]*/g) ?? [];
const certain = (told: readonly Told[]): readonly Told[] =>
  told.filter(({ fixable, severity }) => fixable && severity !== "note");

describe.each(["\n", "\r\n"])("--fix on every case, with the line end %j", (end) => {
  test.each(readdirSync(CASES))(
    "%s: keeps comments and line ends, and leaves nothing to a second run",
    async (page) => {
      for (const each of casesOf(readFileSync(join(CASES, page), "utf8"))) {
        const text = each.text.replaceAll("\n", end);
        const { next, told } = await fix(each, text);
        if (next === undefined) continue;
        const again = await fix(each, next);
        const known = new Set(told.map(({ rule }) => rule));
        expect({
          title: each.title,
          comments: commentsIn(next),
          strayEnds: end === "\n" ? next.includes("\r") : /[^\r]\n/.test(next),
          left: certain(again.told),
          fresh: again.told.filter(({ rule }) => !known.has(rule)),
          changed: again.next,
        }).toEqual({
          title: each.title,
          comments: commentsIn(text),
          strayEnds: false,
          left: [],
          fresh: [],
          changed: undefined,
        });
      }
    },
  );
});
