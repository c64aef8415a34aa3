import { describe, expect, test } from "vitest";
import { FILES, read } from "./tree.ts";

const ROWS = [...read("docs/why/architecture.md").matchAll(/^\|[^|]*\| `([a-z/-]+)` \|[^|]*\| ([^|]*) \|$/gm)].map(
  ([, folder = "", files = ""]) => ({
    folder,
    files: [...files.matchAll(/`([a-z-]+)`/g)].map(([, name = ""]) => name),
    whole: !files.includes("…"),
  }),
);

describe("docs/why/architecture.md", () => {
  test("has a row for every folder of sources, each in the order of the ladder", () => {
    const folders = new Set(
      FILES.filter((file) => /^(src\/[\w-]+|adapters|cli|examples)\//.test(file)).map((file) =>
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
    for (const [, name = "", file = ""] of read("docs/why/architecture.md").matchAll(/^- `(\w+)` \(`([a-z./-]+)`\)/gm))
      expect(read(file.startsWith("adapters/") ? file : `src/${file}`)).toMatch(
        new RegExp(`^export (interface|type) ${name}\\b`, "m"),
      );
  });
});

describe("where to change what", () => {
  const [, table = ""] = read("docs/why/architecture.md").split("## Where to change what");
  const rows = [...table.matchAll(/^\| ([^|]+) \| `([^`]+)` \| `([^`]+)` \| `([^`]+)`(?: [¹²])? \|$/gm)];

  test("has some thirty rows", () => {
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.length).toBe(table.split("\n").filter((line) => /^\| (?!to change)/.test(line)).length);
  });

  test.each(rows.map(([, what = "", file = "", name = "", test = ""]) => [what, file, name, test] as const))(
    "names for %s a file that has the name, and a test",
    (_what, file, name, testFile) => {
      expect(FILES).toContain(file);
      expect(FILES).toContain(testFile);
      expect(read(file)).toMatch(new RegExp(`\\b${name}\\b`, "i"));
    },
  );
});

describe("docs/why/decisions.md", () => {
  test("names proofs that exist", () => {
    for (const [, path = ""] of read("docs/why/decisions.md").matchAll(
      /`((?:test|src|adapters|cli|examples|docs)\/[\w./-]+)`/g,
    ))
      expect([path, FILES.some((file) => file === path || file.startsWith(`${path}/`))]).toEqual([path, true]);
  });
});

describe("docs/reference/rules.md", () => {
  const page = read("docs/reference/rules.md");
  const numbersOf = (kind: string): readonly number[] =>
    [...page.matchAll(new RegExp(`^### ${kind} (\\d+): `, "gm"))].map(([, number]) => Number(number));
  const rules = numbersOf("Rule");
  const cases = numbersOf("Case");
  const tests = FILES.filter((file) => file.endsWith(".test.ts"))
    .map(read)
    .join("\n");

  test("has fourteen rules and twenty cases, counted from 1, and a test called by each rule", () => {
    const count = (most: number): readonly number[] => Array.from({ length: most }, (_, index) => index + 1);
    expect(rules).toEqual(count(14));
    expect(cases).toEqual(count(20));
    expect(rules.filter((number) => !tests.includes(`test("rule ${number}: `))).toEqual([]);
  });

  test("has every rule and case that a test's name cites", () => {
    const named = [...tests.matchAll(/\b(?:test|it|describe)(?:\.\w+(?:\([^)]*\))?)*\(\s*(["'`])(.*?)\1/g)];
    const cited = named.flatMap(([, , name = ""]) => [...name.matchAll(/\b(rule|case) (\d+)/gi)]);
    expect(cited.length).toBeGreaterThan(60);
    for (const [text, kind = "", number] of cited)
      expect([text, (kind.toLowerCase() === "rule" ? rules : cases).includes(Number(number))]).toEqual([text, true]);
  });

  test("has every rule that a source names", () => {
    for (const file of FILES.filter((name) => /\.(ts|mjs)$/.test(name)))
      for (const [, number] of read(file).matchAll(/docs\/reference\/rules\.md, (\d+)/g))
        expect([file, rules.includes(Number(number))]).toEqual([file, true]);
  });
});

describe("docs/reference/errors.md", () => {
  test("has a heading for every code in the source, and for no other", () => {
    const sources = FILES.filter((file) => /^(src|adapters)\/.*\.ts$/.test(file)).map(read);
    const codes = new Set(sources.flatMap((text) => text.match(/\bHS_[A-Z_]+\b/g) ?? []));
    const named = [...read("docs/reference/errors.md").matchAll(/^### `(HS_[A-Z_]+)`$/gm)].map(([, code = ""]) => code);
    expect(named.sort()).toEqual([...codes].sort());
  });

  test("has every kind of a SourceError", () => {
    const [, kinds = ""] = /export type SourceErrorKind =([^;]*);/.exec(read("src/source/source-error.ts")) ?? [];
    const page = read("docs/reference/errors.md");
    expect([...kinds.matchAll(/"([a-z-]+)"/g)].filter(([, kind]) => !page.includes(`| \`${kind}\` |`))).toEqual([]);
  });
});

describe("docs/reference/events.md", () => {
  test("has every type and every outcome", () => {
    const page = read("docs/reference/events.md");
    const source = read("src/resource/event.ts");
    const types = [...source.matchAll(/readonly type: ([^;]*);|type Part\w+ = ([^;]*);/g)].map(
      ([, one = "", other = ""]) => one + other,
    );
    const [, outcomes = ""] = /export type LoadOutcome = ([^;]*);/.exec(read("src/state/transition.ts")) ?? [];
    const words = [...types, outcomes].flatMap((list) => [...list.matchAll(/"([a-z-]+)"/g)]);
    expect(words.length).toBeGreaterThan(10);
    expect(words.filter(([, word]) => !page.includes(`| \`${word}\` |`)).map(([, word]) => word)).toEqual([]);
  });
});

describe("docs/reference/options.md", () => {
  const sections = read("docs/reference/options.md").split(/^## /m).slice(1);

  test.each([
    ["src/handler/health.ts", "HealthOptions", "`createHealth("],
    ["src/resource/limits.ts", "ResourceLimits", "`health.resource("],
    ["src/resource/options.ts", "ResourceOptions", "`health.resource("],
    ["src/handler/health.ts", "CheckOptions", "`health.check("],
    ["src/resource/resource.ts", "GetOptions", "`resource.get("],
    ["src/resource/waiters.ts", "ReloadOptions", "`resource.reload("],
    ["src/hint/hints.ts", "HintsOptions", "`hints("],
    ["src/answer/guard.ts", "GuardOptions", "`guard("],
    ["src/request-mode/on-request.ts", "OnRequestOptions", "`onRequest("],
    ["src/health/create-heartbeat.ts", "HeartbeatOptions", "`heartbeat("],
    ["src/thread/off-thread.ts", "OffThreadOptions", "`offThread("],
    ["src/thread/probe-options.ts", "ProbeThreadOptions", "`probeThread("],
    ["src/cluster/shared-options.ts", "SharedOptions", "`shared("],
    ["src/cluster/workers.ts", "WorkersOptions", "`workers("],
    ["adapters/shared/drain-options.ts", "DrainOptions", "`drainOnSignal("],
  ])("has a heading with type, default and example for each option of %s, %s", (file, name, section) => {
    const [, body = ""] = new RegExp(`export interface ${name}\\b[^{]*\\{([\\s\\S]*?)^\\}`, "m").exec(read(file)) ?? [];
    const options = [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, option = ""]) => option);
    const parts = (sections.find((text) => text.startsWith(section)) ?? "").split(/^### /m).slice(1);
    expect(options.length).toBeGreaterThan(0);
    for (const option of options) {
      const part = parts.find((text) => text.startsWith(`\`${option}\``)) ?? "";
      const has = [/^Type: /m, /Default: |It is needed\./, /^```ts/m].map((pattern) => pattern.test(part));
      expect([option, ...has]).toEqual([option, true, true, true]);
    }
  });
});
