import { describe, expect, test } from "vitest";
import { FILES, read } from "./tree.ts";

const ROWS = [...read("docs/architecture.md").matchAll(/^\|[^|]*\| `([a-z/]+)` \|[^|]*\| ([^|]*) \|$/gm)].map(
  ([, folder = "", files = ""]) => ({
    folder,
    files: [...files.matchAll(/`([a-z-]+)`/g)].map(([, name = ""]) => name),
    whole: !files.includes("…"),
  }),
);

describe("docs/architecture.md", () => {
  test("has a row for every folder of sources, each in the order of the ladder", () => {
    const folders = new Set(
      FILES.filter((file) => /^(src\/\w+|adapters|cli|examples)\//.test(file)).map((file) =>
        file.startsWith("src/") ? file.split("/", 2).join("/") : file.slice(0, file.indexOf("/")),
      ),
    );
    expect(ROWS.map(({ folder }) => folder).sort()).toEqual([...folders].sort());
  });

  test.each(ROWS.filter(({ folder }) => folder !== "examples"))(
    "names the files of $folder",
    ({ folder, files, whole }) => {
      const there = FILES.filter(
        (file) => file.startsWith(`${folder}/`) && /^[^/]+\.ts$/.test(file.slice(folder.length + 1)),
      );
      const named = files.map((name) => `${folder}/${name}.ts`);
      expect(named.filter((file) => !there.includes(file))).toEqual([]);
      if (whole) expect(there.filter((file) => !named.includes(file))).toEqual([]);
    },
  );

  test("names seams that stand where it says", () => {
    for (const [, name = "", file = ""] of read("docs/architecture.md").matchAll(/^- `(\w+)` \(`([a-z./-]+)`\)/gm))
      expect(read(file.startsWith("adapters/") ? file : `src/${file}`)).toMatch(
        new RegExp(`^export (interface|type) ${name}\\b`, "m"),
      );
  });
});

describe("docs/decisions.md", () => {
  test("names proofs that exist", () => {
    for (const [, path = ""] of read("docs/decisions.md").matchAll(
      /`((?:test|src|adapters|examples|docs)\/[\w./-]+)`/g,
    ))
      expect([path, FILES.some((file) => file === path || file.startsWith(`${path}/`))]).toEqual([path, true]);
  });
});

describe("docs/rules.md", () => {
  const rules = [...read("docs/rules.md").matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));

  test("counts its rules from 1, and has a test called by each", () => {
    expect(rules).toEqual(rules.map((_, index) => index + 1));
    const tests = FILES.filter((file) => file.endsWith(".test.ts"))
      .map(read)
      .join("\n");
    expect(rules.filter((number) => !tests.includes(`test("rule ${number}: `))).toEqual([]);
  });

  test("has every rule that a source names", () => {
    for (const file of FILES.filter((name) => /\.(ts|mjs)$/.test(name)))
      for (const [, number] of read(file).matchAll(/docs\/rules\.md, (\d+)/g))
        expect([file, rules.includes(Number(number))]).toEqual([file, true]);
  });
});
