import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { say } from "../kit/command.ts";
import { casesOf, expectedOf } from "./cases.ts";

const CASES = join(import.meta.dirname, "cases");
const CORPUS = join(import.meta.dirname, "corpus");

/** One file of the corpus, and the rules that must be found in it, one for each finding. */
interface Sample {
  readonly format: string;
  readonly name: string;
  readonly text: string;
  readonly args: readonly string[];
  readonly rules: readonly string[];
}

function rulesOf(lines: readonly string[]): readonly string[] {
  return lines.map((line) => line.replace(/^\d+ /, "")).sort();
}

const PAGES: readonly Sample[] = readdirSync(CASES).flatMap((page) =>
  casesOf(readFileSync(join(CASES, page), "utf8"))
    .filter(({ code }) => code !== 2)
    .map(({ file, title, args, text }) => ({
      format: page.replace(/\.txt$/, ""),
      name: `${title} ${file}`,
      text,
      args: [...args, file],
      rules: rulesOf(expectedOf(text)),
    })),
);

const FILES: readonly Sample[] = readdirSync(CORPUS).flatMap((format) =>
  readdirSync(join(CORPUS, format))
    .filter((name) => !name.endsWith(".expect"))
    .map((name) => {
      const file = join(CORPUS, format, name);
      const text = readFileSync(file, "utf8");
      const said = name.endsWith(".json") ? readFileSync(`${file}.expect`, "utf8") : text;
      const args = /^(?:# )?args: (.*)$/m.exec(said)?.[1]?.split(" ") ?? [];
      const lines = name.endsWith(".json") ? said.split("\n").filter((line) => /^\d/.test(line)) : expectedOf(text);
      return { format, name, text, args: [...args, name], rules: rulesOf(lines) };
    }),
);

const SAMPLES = [...PAGES, ...FILES];

/** The same file in another form: what it says stays the same. */
const FORMS: Readonly<Record<string, (documents: readonly unknown[]) => string | undefined>> = {
  "as JSON": (documents) => (documents.length === 1 ? JSON.stringify(documents[0], undefined, 2) : undefined),
  "in flow style": (documents) =>
    documents.map((document) => stringify(document, { collectionStyle: "flow" })).join("---\n"),
  "with other indents and quotes": (documents) =>
    documents
      .map((document) => stringify(document, { indent: 4, defaultStringType: "QUOTE_SINGLE", defaultKeyType: "PLAIN" }))
      .join("---\n"),
  "as a list of objects": (documents) =>
    documents.every((document) => typeof document === "object" && document !== null && "apiVersion" in document)
      ? stringify({ apiVersion: "v1", kind: "List", items: documents })
      : undefined,
};

async function rulesFound(text: string, args: readonly string[]): Promise<readonly string[]> {
  const file = args.at(-1) ?? "";
  const { code, out, err } = await say(["doctor", "--json", ...args], { [file]: text });
  expect([code === 2, err]).toEqual([false, ""]);
  return JSON.parse(out)
    .findings.map(({ rule }: { rule: string }) => rule)
    .sort();
}

describe("the reach of the doctor", () => {
  test("is shown on at least six hundred files, of every format", async () => {
    expect(SAMPLES.length).toBeGreaterThanOrEqual(600);
    const kinds = new Map<string, number>();
    for (const { text, args } of SAMPLES) {
      const { out } = await say(["doctor", "--json", ...args], { [args.at(-1) ?? ""]: text });
      for (const { kind } of JSON.parse(out).files) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    const formats = ["cloudformation", "compose", "consul", "dockerfile", "ecs", "envoy", "haproxy", "kubernetes"];
    expect([...kinds.keys()].sort()).toEqual([...formats, "nomad", "terraform"]);
  });

  test("is a precision and a recall of at least 90 % for each rule", async () => {
    const counts = new Map<string, { hit: number; wrong: number; missed: number }>();
    const countsOf = (rule: string): { hit: number; wrong: number; missed: number } => {
      const known = counts.get(rule) ?? { hit: 0, wrong: 0, missed: 0 };
      counts.set(rule, known);
      return known;
    };
    for (const { text, args, rules } of SAMPLES) {
      const left = [...(await rulesFound(text, args))];
      for (const rule of rules) {
        const at = left.indexOf(rule);
        if (at < 0) countsOf(rule).missed += 1;
        else {
          left.splice(at, 1);
          countsOf(rule).hit += 1;
        }
      }
      for (const rule of left) countsOf(rule).wrong += 1;
    }
    const poor = [...counts].filter(
      ([, { hit, wrong, missed }]) => hit / Math.max(1, hit + wrong) < 0.9 || hit / Math.max(1, hit + missed) < 0.9,
    );
    expect(poor).toEqual([]);
    expect(counts.size).toBeGreaterThan(30);
  });

  // A rule that a comment silences, or that is about how a value is written, does not outlive the rewriting.
  const rewritable = SAMPLES.filter(
    ({ text, args, rules }) =>
      /\.(ya?ml|json)$/.test(args.at(-1) ?? "") &&
      !/health-state: ignore|<<:|[&*]\w|patch|\{\{|: !\w/.test(text) &&
      !rules.includes("wrong-type"),
  );

  test.each(Object.entries(FORMS))("is the same for a file that is written %s", async (_, form) => {
    let tried = 0;
    for (const { name, text, args, rules } of rewritable) {
      const documents = parseAllDocuments(text);
      if (documents.some(({ errors }) => errors.length > 0)) continue;
      const written = form(documents.map((document) => document.toJSON()).filter((document) => document !== null));
      if (written === undefined) continue;
      tried += 1;
      expect([name, await rulesFound(written, args)]).toEqual([name, rules]);
    }
    expect(tried).toBeGreaterThan(50);
  });

  test("has no crash in it: a file that is cut off anywhere is judged or refused in one sentence", async () => {
    for (const { text, args } of SAMPLES)
      for (const share of [0.3, 0.6, 0.9]) {
        const file = args.at(-1) ?? "";
        const cut = text.slice(0, Math.floor(share * text.length));
        const { code, err } = await say(["doctor", ...args], { [file]: cut });
        expect([0, 1, 2, 3]).toContain(code);
        expect(err).not.toMatch(/\n\s+at |TypeError|undefined|Cannot read/);
      }
  });
});
