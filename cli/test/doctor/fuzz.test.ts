import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { say } from "../kit/command.ts";
import { casesOf } from "./cases.ts";

const NAMES = ["-", "Dockerfile", "haproxy.cfg", "a.yaml", "a.json", "compose.yml", "a.tf", "a.hcl", "job.nomad"];
const CORPUS = join(import.meta.dirname, "corpus");
const CASES = join(import.meta.dirname, "cases");
const TEXTS = [
  ...readdirSync(CORPUS).flatMap((kind) =>
    readdirSync(join(CORPUS, kind)).map((name) => readFileSync(join(CORPUS, kind, name), "utf8")),
  ),
  ...readdirSync(CASES).flatMap((page) => casesOf(readFileSync(join(CASES, page), "utf8")).map(({ text }) => text)),
];
const FLAGS = ["--load-time", "2m", "--drain", "10s", "--refuse-after", "65s"];
const runs = { numRuns: Number(process.env["RUNS"] ?? 500) };

/** Whatever it reads, it ends with 0, 1 or 2, and what it says is one line or a report; never a stack trace. */
async function expectAnswer(name: string, text: string): Promise<void> {
  const { code, out, err } = await say(["doctor", "--json", ...FLAGS, name], { [name]: text });
  if (code === 2)
    expect({ out: JSON.parse(out).findings, lines: err.split("\n").length }).toEqual({ out: [], lines: 2 });
  else {
    const { findings } = JSON.parse(out);
    const lines = text.split("\n").length;
    expect({
      err,
      astray: findings.filter(
        ({ line, fix }: { line: number; fix: string }) => !(line >= 1 && line <= lines) || fix === "",
      ),
    }).toEqual({ err: "", astray: [] });
  }
  expect(`${out}${err}`).not.toMatch(/\n\s+at |TypeError|RangeError|Cannot read prop|undefined s\b|NaN/);
}

test("any text at all is judged or refused in one line", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...NAMES), fc.string({ unit: "grapheme", maxLength: 200 }), expectAnswer),
    runs,
  );
});

test("a file that was cut, doubled or had lines swapped is judged or refused in one line", async () => {
  const mutated = fc
    .record({
      text: fc.constantFrom(...TEXTS),
      from: fc.nat(400),
      length: fc.nat(60),
      insert: fc.constantFrom(
        "",
        "{",
        "- ",
        "\t",
        ": ",
        "&a ",
        "*a",
        "<<: *a\n",
        "null",
        "[]",
        '"',
        "\\",
        "# ",
        "0x10",
        "---\n",
      ),
    })
    .map(({ text, from, length, insert }) => text.slice(0, from) + insert + text.slice(from + length));
  await fc.assert(fc.asyncProperty(fc.constantFrom(...NAMES), mutated, expectAnswer), runs);
});

test("any value in the place of any probe is judged or refused in one line", async () => {
  const keys = [
    "httpGet",
    "path",
    "port",
    "tcpSocket",
    "exec",
    "command",
    "periodSeconds",
    "timeoutSeconds",
    "failureThreshold",
    "test",
    "interval",
    "healthcheck",
    "http",
    "timeout",
    "start",
    "end",
    "lifecycle",
    "preStop",
    "sleep",
  ];
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: "small" },
      fc.string({ maxLength: 12 }),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("any"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie("any")),
    ),
  })).any;
  const around = fc.record({ shape: fc.nat(4), value }).map(({ shape, value: inner }) => {
    const containers = [
      { name: "a", readinessProbe: inner, livenessProbe: inner, startupProbe: inner, lifecycle: inner, ports: inner },
    ];
    return stringify(
      [
        { apiVersion: "v1", kind: "Pod", spec: { containers, terminationGracePeriodSeconds: inner } },
        { services: { a: { healthcheck: inner, depends_on: inner }, b: inner } },
        { static_resources: { clusters: [{ health_checks: [inner, { http_health_check: inner }] }] } },
        { service: { check: inner, checks: [inner] } },
        { containerDefinitions: [{ healthCheck: inner, stopTimeout: inner }, inner] },
      ][shape],
    );
  });
  await fc.assert(fc.asyncProperty(fc.constantFrom("-", "a.yaml"), around, expectAnswer), runs);
});

test.each(["checks = [ }", "checks = [ )", "checks = [1, }\ncheck {"])(
  "a list that ends in another bracket ends: %j",
  async (text) => {
    await expectAnswer("a.hcl", text);
  },
);
