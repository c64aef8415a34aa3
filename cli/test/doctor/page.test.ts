import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RULES } from "../../src/doctor/model/rules.ts";
import { say } from "../kit/command.ts";

const FOLDER = join(import.meta.dirname, "../../docs/reference/doctor");
const pages = readdirSync(FOLDER).filter((name) => name !== "README.md");

/** The rules that the doctor finds in an example, with the arguments that the page names. */
async function rulesIn(part: string): Promise<readonly string[]> {
  const [, line = ""] = /`health-state doctor (.*)`/.exec(part) ?? [];
  const [, text = ""] = /```\w+\n([\s\S]*?)```/.exec(part) ?? [];
  const args = line.split(" ");
  const { out } = await say(["doctor", "--json", ...args], { [args.at(-1) ?? ""]: text });
  return JSON.parse(out).findings.map(({ rule }: { rule: string }) => rule);
}

describe("the pages of the rules", () => {
  test("are one for each rule, and the list names them all", () => {
    expect(pages.sort()).toEqual(
      Object.keys(RULES)
        .map((rule) => `${rule}.md`)
        .sort(),
    );
    const list = readFileSync(join(FOLDER, "README.md"), "utf8");
    for (const [rule, about] of Object.entries(RULES)) expect(list).toContain(`| [${rule}](${rule}.md) | ${about} |`);
  });

  test.each(pages)("%s: the bad example has the finding, the good one does not", async (name) => {
    const page = readFileSync(join(FOLDER, name), "utf8");
    const [bad = "", good = ""] = page.split("## Bad")[1]?.split("## Good") ?? [];
    const rule = name.replace(".md", "");
    expect(await rulesIn(bad)).toContain(rule);
    const left = await rulesIn(good);
    expect(left.filter((each) => each === rule)).toEqual([]);
    expect(
      left.filter((each) => each !== "no-drain" && each !== "http10-without-host" && each !== "slow-while-idle"),
    ).toEqual([]);
  });

  test("no-shell: the doctor proposes the line of the good example, because the image has no node in its PATH", async () => {
    const page = readFileSync(join(FOLDER, "no-shell.md"), "utf8");
    const [bad = "", good = ""] = [...page.matchAll(/```dockerfile\n([\s\S]*?)```/g)].map(([, text = ""]) => text);
    const { out } = await say(["doctor", "--json", "Dockerfile"], { Dockerfile: bad });
    const [fix = ""] = JSON.parse(out).findings.map((finding: { fix: string }) => finding.fix.replaceAll(",", ", "));
    expect(good).toContain(fix);
    expect(fix).toContain("/nodejs/bin/node");
  });

  test.each([
    [
      "Dockerfile",
      'FROM scratch\nHEALTHCHECK CMD ["curl", "-f", "http://127.0.0.1/live"]\n',
      'HEALTHCHECK CMD ["/app/check"]',
    ],
    [
      "compose.yml",
      'services: { api: { image: scratch, healthcheck: { test: ["CMD", "curl", "-f", "http://127.0.0.1/live"] } } }\n',
      '["CMD","/app/check"]',
    ],
    [
      "pod.yaml",
      `{ apiVersion: v1, kind: Pod, metadata: { name: api }, spec: { containers: [{ name: api, image: gcr.io/distroless/static,
        readinessProbe: { exec: { command: [curl, -f, "http://127.0.0.1/ready"] } } }] } }\n`,
      'command: ["/app/check"]',
    ],
  ])("no-shell: the proposal for %s has the form of that file", async (file, text, proposed) => {
    const { out } = await say(["doctor", "--json", file], { [file]: text });
    const found: readonly { rule: string; fix: string }[] = JSON.parse(out).findings;
    expect(found.find(({ rule }) => rule === "no-shell")?.fix).toBe(proposed);
  });

  test.each(["/foo", "/ready", "/health/"])(
    "with --ours, each path that is proposed beside %s is one of the library",
    async (path) => {
      const probe = `{ httpGet: { path: ${path}, port: 80 }, initialDelaySeconds: 90 }`;
      const text = `{ apiVersion: v1, kind: Pod, metadata: { name: api }, spec: { containers: [{ name: api, image: api,
      readinessProbe: ${probe}, livenessProbe: ${probe} }] } }\n`;
      const { out } = await say(["doctor", "--json", "--ours", "pod.yaml"], { "pod.yaml": text });
      const found: readonly { fix: string }[] = JSON.parse(out).findings;
      const paths = found.flatMap(({ fix }) => [...fix.matchAll(/path: ([^\s,}]+)/g)].map(([, each]) => each));
      expect(paths.length).toBeGreaterThan(1);
      for (const each of paths) expect(each).toMatch(/^\/status(\/live|\/startup)?$/);
    },
  );
});
