import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { say } from "../kit/command.ts";

const CORPUS = join(import.meta.dirname, "corpus");

/** What a file says of itself: the arguments, and the findings by line. */
function expectationOf(file: string): { readonly args: readonly string[]; readonly findings: readonly string[] } {
  const text = readFileSync(file.endsWith(".json") ? `${file}.expect` : file, "utf8");
  const args = /^(?:# )?args: (.*)$/m.exec(text)?.[1]?.split(" ") ?? [];
  if (file.endsWith(".json")) return { args, findings: text.split("\n").filter((line) => /^\d/.test(line)) };
  // A Dockerfile has comments only on lines of their own: those are about the line that follows.
  const findings = text.split("\n").flatMap((line, index) => {
    const rules = /# ! (.*)$/.exec(line)?.[1]?.split(", ") ?? [];
    return rules.map((rule) => `${line.startsWith("# !") ? index + 2 : index + 1} ${rule}`);
  });
  return { args, findings };
}

describe.each(readdirSync(CORPUS))("%s", (kind) => {
  const files = readdirSync(join(CORPUS, kind)).filter((name) => !name.endsWith(".expect"));
  test.each(files)("%s has the findings that it names, and no other", async (name) => {
    const file = join(CORPUS, kind, name);
    const { args, findings } = expectationOf(file);
    const { code, out } = await say(["doctor", "--json", ...args, name], { [name]: readFileSync(file, "utf8") });
    const told: {
      readonly files: readonly { readonly kind: string }[];
      readonly findings: readonly { readonly line: number; readonly rule: string; readonly severity: string }[];
    } = JSON.parse(out);
    expect({
      kind: told.files.map((each) => each.kind),
      findings: told.findings.map(({ line, rule }) => `${line} ${rule}`).sort(),
      code,
    }).toEqual({
      kind: [kind],
      findings: [...findings].sort(),
      code: told.findings.some(({ severity }) => severity !== "note") ? 1 : 0,
    });
  });
});

test("the corpus holds at least sixty files", () => {
  const count = readdirSync(CORPUS).flatMap((kind) =>
    readdirSync(join(CORPUS, kind)).filter((name) => !name.endsWith(".expect")),
  ).length;
  expect(count).toBeGreaterThanOrEqual(60);
});

test("every finding says why it bites and what to write instead, as the golden page has them", async () => {
  const pages = await Promise.all(
    readdirSync(CORPUS).map(async (kind) => {
      const names = readdirSync(join(CORPUS, kind)).filter((name) => !name.endsWith(".expect"));
      const texts = names.map(async (name) => {
        const file = join(CORPUS, kind, name);
        const { args } = expectationOf(file);
        const { out } = await say(["doctor", ...args, name], { [name]: readFileSync(file, "utf8") });
        return out;
      });
      return [`==== ${kind}`, ...(await Promise.all(texts))].join("\n");
    }),
  );
  await expect(pages.join("\n")).toMatchFileSnapshot("golden/doctor.txt");
});
