import { Script } from "node:vm";
import { expect, test } from "vitest";
import { figureRows, playScenario } from "../../src/simulate/index.ts";
import { sentenceOf } from "../../src/simulate/report/wording.ts";
import { say } from "../kit/command.ts";

const OPTIONS = { duration: "5m", loadTime: "10s", replicas: 2 } as const;

async function pageOf(name: string): Promise<string> {
  const files: Record<string, string> = {};
  const { code, err } = await say(
    ["simulate", name, "--html", "out.html", "--duration", "5m", "--load-time", "10s", "--replicas", "2"],
    {},
    undefined,
    (file, text) => {
      files[file] = text;
      return Promise.resolve();
    },
  );
  expect([code, err]).toEqual([0, ""]);
  return files["out.html"] ?? "";
}

test("the page of a scenario loads nothing, and has the timelines, every figure and what was assumed", async () => {
  const page = await pageOf("source-outage");
  expect(page).not.toMatch(/(src|href)="(?!data:)/);
  expect(page.replaceAll("http%3A%2F%2Fwww.w3.org%2F2000%2Fsvg", "")).not.toMatch(/https?(:|%3A)/);
  expect(page).toContain("data:image/svg+xml,");
  for (const [name, ...cells] of figureRows(await playScenario("source-outage", OPTIONS)))
    for (const text of [name, ...cells]) expect(page).toContain(`>${text}<`);
  expect(page).toContain("readinessProbe requests /status every 5 s");
});

test("a slider of it has for each value what each variant comes to, and begins where they are", async () => {
  const page = await pageOf("source-outage");
  const [, json = "{}"] = /const \{ data, names, now \} = (.*);/.exec(page) ?? [];
  const { data, names } = JSON.parse(json);
  expect(data.map(({ name }: { name: string }) => name)).toContain("check of the balancer: interval, seconds");
  expect(names).toHaveLength(4);
  const { variants } = await playScenario("source-outage", OPTIONS);
  const asItIs = variants.map((variant) => `${sentenceOf(variant)}.`);
  for (const { name, now, values, rows } of data) {
    expect(values).toContain(now);
    expect(rows).toHaveLength(values.length);
    const sentences = rows[values.indexOf(now)].map(({ sentence }: { sentence: string }) => sentence);
    // A balancer's number is that of the first: another balancer may have another.
    expect(sentences.slice(0, 3), name).toEqual(asItIs.slice(0, 3));
  }
  const [, script = ""] = /<script>([\s\S]*)<\/script>/.exec(page) ?? [];
  expect(() => new Script(script)).not.toThrow();
});
