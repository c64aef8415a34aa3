import { describe, expect, test } from "vitest";
import { playScenario, SCENARIOS, toSvg, toTerminal } from "../../src/simulate/index.ts";
import { say } from "../kit/command.ts";

describe("simulate", () => {
  test("tells a timeline, and takes its options", async () => {
    const options = { replicas: 2, duration: "5m", loadTime: "20s", seed: 3 } as const;
    const args = ["--replicas", "2", "--duration", "5m", "--load-time", "20s", "--seed", "3"];
    expect(await say(["simulate", "cold-start", ...args])).toEqual({
      code: 0,
      out: toTerminal(await playScenario("cold-start", options)),
      err: "",
    });
  });

  test("gives JSON with every figure", async () => {
    const { code, out } = await say(["simulate", "lone-stale", "--json", "--duration", "5m"]);
    expect([code, JSON.parse(out)]).toEqual([0, await playScenario("lone-stale", { duration: "5m" })]);
  });

  test("writes the picture to a file, or to standard output", async () => {
    const svg = toSvg(await playScenario("lone-stale", { duration: "5m" }));
    const files: Record<string, string> = {};
    const write = (file: string, text: string): Promise<void> => {
      files[file] = text;
      return Promise.resolve();
    };
    const args = ["simulate", "lone-stale", "--duration", "5m", "--svg"];
    const filed = await say([...args, "a.svg"], {}, undefined, write);
    expect([filed.code, filed.out.startsWith("lone-stale: "), files]).toEqual([0, true, { "a.svg": svg }]);
    expect((await say([...args, "-"])).out).toBe(svg);
  });

  test("plays with and without a fleet", async () => {
    const options = { fleet: true, leave: 2, replicas: 5, duration: "10m" } as const;
    const args = ["--fleet", "--leave", "2", "--replicas", "5", "--duration", "10m"];
    const text = toTerminal(await playScenario("source-outage", options));
    expect(await say(["simulate", "source-outage", ...args])).toEqual({ code: 0, out: text, err: "" });
    expect(text).toContain("Kubernetes, a fleet with leave 2");
    const pages: Record<string, string> = {};
    const write = (file: string, page: string): Promise<void> => {
      pages[file] = page;
      return Promise.resolve();
    };
    await say(["simulate", "source-outage", ...args, "--html", "a.html"], {}, undefined, write);
    expect(pages["a.html"]).toContain("<th>held in by the fleet, at most</th>");
  });

  const names = SCENARIOS.join(", ");
  test.each([
    [["simulate"], `simulate needs the name of one scenario: ${names}`],
    [["simulate", "herd", "blocked"], `simulate needs the name of one scenario: ${names}`],
    [["simulate", "earthquake"], `"earthquake" is not a scenario. The scenarios are ${names}`],
    [["simulate", "herd", "--replicas", "many"], '--replicas "many": must be a whole number from 1 to 10000'],
    [["simulate", "herd", "--replicas", "0"], '--replicas "0": must be a whole number from 1 to 10000'],
    [["simulate", "herd", "--seed", "1.5"], '--seed "1.5": must be a whole number from 0 to 9007199254740991'],
    [
      ["simulate", "herd", "--duration", "soon"],
      '--duration is "soon". Pass a duration of at least 60000 ms ("500ms", "30s", "5m", "2h").',
    ],
    [
      ["simulate", "herd", "--load-time", "-1s"],
      "Option '--load-time' argument is ambiguous.\nDid you forget to specify the option argument for '--load-time'?\nTo specify an option argument starting with a dash use '--load-time=-XYZ'.",
    ],
    [["simulate", "herd", "--fleet"], "--fleet changes nothing in herd. It is for source-outage and lone-stale"],
    [["simulate", "source-outage", "--leave", "2"], "--leave is for --fleet"],
    [
      ["simulate", "source-outage", "--fleet", "--leave", "0"],
      '--leave "0": must be a share such as 10%, or a whole number from 1',
    ],
    [
      ["simulate", "a.yaml", "--fleet"],
      "--fleet and --leave are for the scenarios source-outage and lone-stale, not for files",
    ],
    [["simulate", "blocked", "--json", "--svg", "-"], "--json and --svg - cannot be used together"],
    [
      ["simulate", "blocked", "--duration", "1m", "--svg", "a.svg"],
      "--svg a.svg: cannot be written (EROFS: read-only file system)",
    ],
  ])("says in one sentence what is wrong with %j", async (args, message) => {
    expect(await say(args)).toEqual({ code: 2, out: "", err: `health-state: ${message}\n` });
  });

  test("is in the help, with every scenario", async () => {
    const { out } = await say(["help", "simulate"]);
    for (const name of SCENARIOS) expect(out).toContain(`  ${name} `);
  });
});
