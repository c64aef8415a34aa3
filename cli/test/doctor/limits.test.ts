import { describe, expect, test } from "vitest";
import { say, type Said } from "../kit/command.ts";

const POD = `apiVersion: v1
kind: Pod
metadata: { name: shop }
spec:
  containers:
    - name: app
      image: registry.test/shop:1
      readinessProbe: { tcpSocket: { port: 8080 } }
`;
/** Each map names the one before it forty times. */
const LAUGHS = Array.from(
  { length: 14 },
  (_, level) =>
    `l${level + 1}: &l${level + 1} { ${Array.from({ length: 40 }, (__, key) => `k${key}: *l${level}`).join(", ")} }\n`,
).join("");

function rulesOf({ out }: Said): readonly string[] {
  return JSON.parse(out).findings.map(({ line, rule }: { line: number; rule: string }) => `${line} ${rule}`);
}

describe("files that would take for ever", () => {
  test("a chain of merges ends in one clear line", async () => {
    const chain = Array.from(
      { length: 3_000 },
      (_, at) => `m${at + 1}: &m${at + 1}\n  <<: *m${at}\n  k${at}: 1\n`,
    ).join("");
    const { code, err } = await say(["doctor", "a.yaml"], { "a.yaml": `${POD}m0: &m0 { k: 1 }\n${chain}` });
    expect([code, err]).toEqual([2, "health-state: a.yaml:1349: the merges (<<) copy more than 100000 keys\n"]);
  });

  test("a map that is merged a thousand times is read, and its findings come once", async () => {
    const services = Array.from({ length: 1_000 }, (_, at) => `  s${at}: { <<: *base, image: a }\n`).join("");
    const base = "x-base: &base\n  healthcheck:\n    test: curl http://127.0.0.1/ready\n";
    const said = await say(["doctor", "--json", "compose.yml"], { "compose.yml": `${base}services:\n${services}` });
    expect(rulesOf(said)).toEqual(["3 curl-without-fail"]);
  });

  test.each(["", "static_resources: { clusters: [] }\n", POD])(
    "aliases of aliases are followed once: %j",
    async (head) => {
      const { code } = await say(["doctor", "a.yaml"], { "a.yaml": `${head}l0: &l0 { a: 1 }\n${LAUGHS}` });
      expect(code).toBe(head === "" ? 2 : head === POD ? 1 : 0);
    },
  );

  test("an alias names the last anchor before it", async () => {
    const services = "  a: { healthcheck: *check }\n";
    const text = `x-one: &check { test: curl http://127.0.0.1/ready }\nx-two: &check { test: [CMD, /check] }\nservices:\n${services}x-three: &check { test: "true" }\n`;
    const { code } = await say(["doctor", "compose.yml"], { "compose.yml": text });
    expect(code).toBe(0);
  });

  test("a map with many keys is read, and a repeated key is named with its line", async () => {
    const keys = Array.from({ length: 50_000 }, (_, at) => `k${at}: 1\n`).join("");
    expect(rulesOf(await say(["doctor", "--json", "a.yaml"], { "a.yaml": POD + keys }))).toEqual(["8 tcp-check"]);
    const { code, err } = await say(["doctor", "a.yaml"], { "a.yaml": `${POD}a: 1\nb: 2\na: 3\n` });
    expect([code, err]).toEqual([2, "health-state: a.yaml:11: Map keys must be unique\n"]);
  });

  test.each([
    ["long", `curl http://127.0.0.1/ready ${"GET ".repeat(100_000)}`],
    ["full of gaps", `sh -c "x${"\n".repeat(2_000)}y"`],
  ])("a command that is %s is named as not read", async (_, command) => {
    const said = await say(["doctor", "--json", "compose.yml"], {
      "compose.yml": `services:\n  a:\n    healthcheck:\n      test: ${JSON.stringify(command)}\n`,
    });
    expect([said.code, JSON.parse(said.out).unread]).toEqual([
      3,
      [
        {
          file: "compose.yml",
          line: 4,
          what: "a command",
          why: "The doctor reads commands of up to 8000 characters, without long gaps.",
          message: "not read: a command. The doctor reads commands of up to 8000 characters, without long gaps.",
        },
      ],
    ]);
  });

  test("a path of question marks is cut once", async () => {
    const path = JSON.stringify(`/ready${"?".repeat(300_000)}\n`);
    const text = POD.replace("tcpSocket: { port: 8080 }", `httpGet: { port: 8080, path: ${path} }`);
    expect(rulesOf(await say(["doctor", "--json", "a.yaml"], { "a.yaml": text }))).toEqual([]);
  });

  test("comments that silence are read once each, and speak of the first line after them", async () => {
    const comments = "# health-state: ignore tcp-check because the broker has no HTTP\n".repeat(20_000);
    const text = POD.replace("      readinessProbe", `${comments}\n      readinessProbe`);
    expect(rulesOf(await say(["doctor", "--json", "a.yaml"], { "a.yaml": text }))).toEqual([]);
    const hashes = `${POD}# health-state: ${"#".repeat(200_000)}\n# health-state: ignore tcp-check because${" ".repeat(200_000)}x y\n`;
    expect(rulesOf(await say(["doctor", "--json", "a.yaml"], { "a.yaml": hashes }))).toEqual(["8 tcp-check"]);
  });

  test("thousands of corrections are written in one pass", async () => {
    const service = (interval: string): string =>
      Array.from(
        { length: 5_000 },
        (_, at) => `  s${at}: { image: a, healthcheck: { test: [CMD, /check], interval: ${interval} } }\n`,
      ).join("");
    const files: Record<string, string> = { "compose.yml": `services:\n${service("10")}` };
    await say(["doctor", "--fix", "compose.yml"], files, undefined, (file, text) => {
      files[file] = text;
      return Promise.resolve();
    });
    expect(files["compose.yml"] === `services:\n${service("10s")}`).toBe(true);
  });

  test("a Terraform file in one line is read", async () => {
    const keys = Array.from({ length: 100_000 }, (_, at) => `k${at} = 1, `).join("");
    const { code } = await say(["doctor", "a.tf"], { "a.tf": `resource "a" "b" { x = { ${keys} } }\n` });
    expect(code).toBe(0);
  });
});
