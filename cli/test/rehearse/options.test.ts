import { describe, expect, test } from "vitest";
import type { Rehearsal } from "../../src/rehearse/index.ts";
import { say } from "../kit/command.ts";

/** What `config` writes for a prober, in the first format that `simulate` reads. */
async function written(prober: string, format: string, loadTime: string): Promise<string> {
  const { out } = await say(["config", prober, "--load-time", loadTime, "--format", format]);
  return out;
}

async function played(text: string, ...flags: readonly string[]): Promise<{ code: number; ratings: string[] }> {
  const { code, out, err } = await say(["simulate", "-", "--json", ...flags], { "-": text });
  expect(err).toBe("");
  const rehearsals: readonly Rehearsal[] = JSON.parse(out);
  return {
    code,
    ratings: rehearsals.flatMap(({ troubles }) =>
      troubles.map(({ trouble, before }) => `${trouble}: ${before.verdict.rating}`),
    ),
  };
}

describe("a file of config, simulated for the same load time", () => {
  test.each([
    ["kubernetes", "yaml", "20s"],
    ["kubernetes", "yaml", "60s"],
    ["haproxy", "haproxy", "60s"],
  ])("%s as %s for %s has no bad start", async (prober, format, loadTime) => {
    const text = await written(prober, format, loadTime);
    const { code, ratings } = await played(text, "--load-time", loadTime, "--refuse-after", "never", "--replicas", "3");
    expect(ratings.filter((each) => /: (bad|late)$/.test(each))).toEqual([]);
    expect(code).toBe(0);
  });

  // Compose has no router, so a deploy always sends requests to a container without data.
  test("a Compose file has a good start", async () => {
    const text = await written("docker", "compose", "60s");
    const { ratings } = await played(text, "--load-time", "60s", "--refuse-after", "never");
    expect(ratings).toEqual(expect.arrayContaining(["cold start: good", "slow load: good"]));
  });

  test("a slow load is only a warning, until --slow asks for it", async () => {
    const text = await written("kubernetes", "yaml", "60s");
    const flags = ["--load-time", "60s", "--refuse-after", "never", "--replicas", "3"];
    expect((await played(text, ...flags)).ratings).toContain("slow load: warning");
    const asked = await played(text, ...flags, "--slow", "3");
    expect([asked.code, asked.ratings.includes("slow load: bad")]).toEqual([1, true]);
  });
});

describe("--refuse-after", () => {
  test("is taken as it is, also below the default of staleAfter", async () => {
    const text = await written("kubernetes", "yaml", "60s");
    const { out } = await say(
      ["simulate", "-", "--load-time", "60s", "--refuse-after", "10m", "--refresh-every", "5m"],
      { "-": text },
    );
    expect(out).toContain("data older than 10 min fails readiness (--refuse-after)");
  });

  test("is refused if it is not longer than --refresh-every", async () => {
    const text = await written("kubernetes", "yaml", "60s");
    const { code, err } = await say(["simulate", "-", "--refuse-after", "5m", "--refresh-every", "5m"], { "-": text });
    expect(code).toBe(2);
    expect(err).toContain('--refuse-after "5m": must be more than the 300 s between two loads (--refresh-every)');
  });
});

test.each(["simulate", "doctor"])("%s says of a systemd unit that its format is unknown", async (command) => {
  const text = "[Unit]\nDescription=app\n\n[Service]\nExecStart=/usr/bin/node main.js\n";
  const { code, err } = await say([command, "app.service"], { "app.service": text });
  expect(code).toBe(2);
  expect(err).toContain("app.service: has an unknown format");
});

test("a cold start behind HAProxy says that a new server gets requests before the load ends", async () => {
  const text = await written("haproxy", "haproxy", "90s");
  const { out } = await say(["simulate", "-", "--load-time", "90s"], { "-": text });
  expect(out.replace(/\s+/g, " ")).toMatch(
    /cold start ok no restart, all get requests after \d s, before the load ends, because HAProxy sends requests to a new server/,
  );
});

test.each([
  ["6s", false],
  ["4s", true],
])("the doctor wants 5 s of drain in Kubernetes, whatever the probe: %s", async (drain, isShort) => {
  const text = await written("kubernetes", "yaml", "60s");
  const { out } = await say(["doctor", "--json", "--drain", drain, "-"], { "-": text });
  expect(out.includes("drain-too-short")).toBe(isShort);
});
