import { describe, expect, test } from "vitest";
import {
  playScenario,
  SCENARIOS,
  simulate,
  toSvg,
  toTerminal,
  type Figures,
  type Setup,
} from "../../src/simulate/index.ts";
import { generatedProbes } from "../../src/simulate/built-in.ts";

/** The figures of a scenario's variants, by their letters. */
async function figuresOf(name: string, seed = 1): Promise<Readonly<Record<string, Figures>>> {
  const { variants } = await playScenario(name, { seed });
  return Object.fromEntries(variants.map(({ figures }, index) => [String.fromCharCode(65 + index), figures]));
}

describe("a built-in scenario", () => {
  test.each(SCENARIOS)("%s is told in the terminal as the golden file says", async (name) => {
    await expect(toTerminal(await playScenario(name))).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  test.each(["cold-start", "herd"])("%s is drawn as the golden file says", async (name) => {
    await expect(toSvg(await playScenario(name))).toMatchFileSnapshot(`golden/${name}.svg`);
  });

  test("gives the same JSON to the same seed, and another to another", async () => {
    const [one, same, other] = await Promise.all(
      [7, 7, 8].map(async (seed) => JSON.stringify((await playScenario("cold-start", { seed })).variants)),
    );
    expect([one === same, one === other]).toEqual([true, false]);
  });

  test.each([
    ["name", () => playScenario("nothing"), "scenario is"],
    ["seed", () => playScenario("herd", { seed: -1 }), "seed is -1"],
    ["replicas", () => playScenario("herd", { replicas: 1.5 }), "replicas is 1.5"],
    ["duration", () => playScenario("herd", { duration: "1s" }), 'duration is "1s"'],
    ["longest duration", () => playScenario("herd", { duration: "32d" }), 'duration is "32d"'],
  ])("refuses a wrong %s", async (_, play, message) => {
    await expect(play()).rejects.toThrow(message);
  });
});

describe("what the scenarios show", () => {
  test("cold-start: liveness on /status restarts for ever, on /status/live with a startup probe never", async () => {
    const { A, B } = await figuresOf("cold-start");
    expect([A?.restarts, A?.firstReadySeconds, A?.noneReadySeconds, A?.requests.fresh]).toEqual([69, null, 3_600, 0]);
    expect(A?.crashLoopSeconds).toBeGreaterThan(2 * 3_600);
    expect([B?.restarts, B?.crashLoopSeconds, B?.fewestReady]).toEqual([0, 0, 3]);
  });

  test("source-outage: Kubernetes has nobody left for the hour, unless refuseAfter is longer; ALB and Envoy fail open", async () => {
    const { A, B, C, D } = await figuresOf("source-outage");
    expect([A, B, C, D].map((figures) => figures?.fewestReady)).toEqual([0, 8, 0, 0]);
    expect(A?.noAnswerSeconds).toBeGreaterThan(3_400);
    expect([B, C, D].map((figures) => figures?.requests.refused)).toEqual([0, 0, 0]);
    for (const figures of [B, C, D]) expect(figures?.requests.stale).toBeGreaterThan(340_000);
    expect([A, B, C, D].map((figures) => figures?.restarts)).toEqual([0, 0, 0, 0]);
  });

  test("lone-stale: the one leaves and nobody else does, and hardly an answer is stale", async () => {
    const { A, B } = await figuresOf("lone-stale");
    expect([A?.fewestReady, A?.requests.refused, B?.fewestReady]).toEqual([7, 0, 8]);
    expect(A?.requests.stale).toBeLessThan(200);
    expect(B?.requests.stale).toBeGreaterThan(20_000);
  });

  test("rolling-deploy: requests are lost without a drain and with one too short, and none with one long enough", async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { A, B, C, D } = await figuresOf("rolling-deploy", seed);
      const lost = [A, B, C, D].map((figures) => (figures?.requests.lost ?? NaN) > 0);
      expect(lost).toEqual([true, false, true, false]);
      expect([A, B, C, D].map((figures) => figures?.fewestReady)).toEqual([6, 6, 6, 6]);
    }
  });

  test("herd: without jitter they load together for ever, with it a few do", async () => {
    const { A, B } = await figuresOf("herd");
    expect([A?.mostLoadsAtOnceLate, B?.mostLoadsAtOnce]).toEqual([200, 200]);
    expect(B?.mostLoadsAtOnceLate).toBeLessThan(50);
  });

  test("blocked: the defaults kill what the generated probe lets live", async () => {
    const { A, B } = await figuresOf("blocked");
    expect([A?.restarts, B?.restarts]).toEqual([7, 0]);
  });
});

describe("a picture", () => {
  test.each(SCENARIOS)("of %s is one well-formed element that names itself", async (name) => {
    const svg = toSvg(await playScenario(name, { duration: "10m", replicas: 5 }));
    const open: string[] = [];
    for (const [, end, tag = "", rest = ""] of svg.matchAll(
      /<(\/?)([a-z]+)((?: [a-zA-Z:-]+="[^"<&]*(?:&#\d+;[^"<&]*)*")*\/?)>/g,
    )) {
      if (end) expect(open.pop()).toBe(tag);
      else if (!rest.endsWith("/")) open.push(tag);
    }
    expect(open).toEqual([]);
    // Nothing that looks like markup is left over.
    const text = svg.replace(/<\/?[a-z]+(?: [a-zA-Z:-]+="[^"<&]*(?:&#\d+;[^"<&]*)*")*\/?>/g, "");
    expect(text.replace(/&#\d+;/g, "")).not.toMatch(/[<&]/);
    expect(svg).toMatch(/role="img" aria-labelledby="title desc"/);
    expect(svg).toContain("prefers-color-scheme:dark");
    expect(svg).not.toMatch(/NaN|undefined|Infinity|https?:(?!\/\/www\.w3\.org\/2000\/svg")/);
  });

  test("is as large for a day as for an hour", async () => {
    const [hour, day] = await Promise.all(
      ["1h", "1d"].map(async (duration) => toSvg(await playScenario("cold-start", { duration })).length),
    );
    expect(day).toBeLessThan(4 * (hour ?? 0));
  });
});

describe("a thousand replicas", () => {
  test("are played for a day in seconds", { timeout: 240_000 }, async () => {
    const setup: Setup = {
      replicas: 1_000,
      durationSeconds: 86_400,
      load: { firstSeconds: 10 },
      limits: { refreshEvery: "5m", staleAfter: "15m" },
      router: "kubernetes",
      probes: generatedProbes(10),
    };
    const begun = performance.now();
    const { figures } = await simulate(setup);
    const seconds = (performance.now() - begun) / 1_000;
    console.log(`a thousand replicas for a day: ${seconds.toFixed(1)} s`);
    expect([figures.restarts, figures.fewestReady, figures.probes]).toEqual([0, 1_000, expect.any(Number)]);
    expect(figures.probes).toBeGreaterThan(25_000_000);
    // Generous, for a machine that is busy with something else.
    expect(seconds).toBeLessThan(60);
  });
});
