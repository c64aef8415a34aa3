import { describe, expect, test } from "vitest";
import {
  FLEET_SCENARIOS,
  playScenario,
  SCENARIOS,
  simulate,
  toSvg,
  toTerminal,
  type Figures,
  type Played,
  type Setup,
} from "../../src/simulate/index.ts";
import { generatedProbes } from "../../src/simulate/scenario/base.ts";

const PLAYED = new Map<string, Promise<Played>>();

/** A scenario as it is, played once for all tests. */
function playedOnce(name: string, seed = 1): Promise<Played> {
  const played = PLAYED.get(`${name} ${seed}`) ?? playScenario(name, { seed });
  PLAYED.set(`${name} ${seed}`, played);
  return played;
}

/** The figures of a scenario's variants, by their letters. */
async function figuresOf(name: string, seed = 1): Promise<Readonly<Record<string, Figures>>> {
  const { variants } = await playedOnce(name, seed);
  return Object.fromEntries(variants.map(({ figures }, index) => [String.fromCharCode(65 + index), figures]));
}

describe("a built-in scenario", () => {
  test.each(SCENARIOS)("%s is told in the terminal as the golden file says", async (name) => {
    await expect(toTerminal(await playedOnce(name))).toMatchFileSnapshot(`golden/${name}.txt`);
  });

  test.each(FLEET_SCENARIOS)("%s with a fleet is told in the terminal as the golden file says", async (name) => {
    await expect(toTerminal(await playScenario(name, { fleet: true }))).toMatchFileSnapshot(`golden/${name}-fleet.txt`);
  });

  test.each(["cold-start", "herd", "rollout"])("%s is drawn as the golden file says", async (name) => {
    await expect(toSvg(await playedOnce(name))).toMatchFileSnapshot(`golden/${name}.svg`);
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
    ["fleet", () => playScenario("herd", { fleet: true }), "fleet is true. Pass false for herd"],
    ["leave", () => playScenario("source-outage", { fleet: true, leave: "0%" }), 'leave is "0%"'],
    ["leave without a fleet", () => playScenario("source-outage", { leave: 2 }), "leave is 2"],
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

  test("source-outage: the outage grows with the time that is looked at, and the times are told apart", async () => {
    for (const hours of [1, 6]) {
      const { variants } = await playScenario("source-outage", { duration: `${hours}h` });
      const [refuses, waits] = variants.map(({ figures }) => figures.phases);
      expect(refuses?.map(({ name }) => name)).toEqual(["before", "during", "after"]);
      const during = refuses?.[1];
      expect((during?.untilSeconds ?? 0) - (during?.fromSeconds ?? 0)).toBeCloseTo((hours * 3_600 * 6) / 9, 0);
      expect(during?.noAnswerSeconds).toBeGreaterThan(hours * 3_600 * 0.5);
      expect(waits?.[1]?.noAnswerSeconds).toBe(0);
    }
  });

  test("source-outage: a fleet lets its leave out, holds the others in, and not one request is refused", async () => {
    for (const [leave, out] of [
      ["10%", 1],
      ["50%", 4],
      [3, 3],
    ] as const) {
      const { variants } = await playScenario("source-outage", { fleet: true, leave });
      const [alone, together, proxied, held] = variants.map(({ figures }) => figures);
      expect([alone, proxied].map((figures) => [figures?.fewestReady, figures?.mostHeldIn])).toEqual([
        [0, 0],
        [0, 0],
      ]);
      for (const figures of [alone, proxied]) expect(figures?.requests.refused).toBeGreaterThan(300_000);
      for (const figures of [together, held]) {
        // Before they have leave, they are held in too: all that pass the limit between two beats.
        expect([figures?.fewestReady, figures?.mostLeft, figures?.requests.refused]).toEqual([8 - out, out, 0]);
        expect(figures?.mostHeldIn).toBeGreaterThanOrEqual(8 - out);
      }
    }
  });

  test("source-outage: with a fleet, one replica is never without an answer", async () => {
    const { variants } = await playScenario("source-outage", { fleet: true, replicas: 1 });
    const silent = variants.map(({ figures }) => figures.phases.map(({ noAnswerSeconds }) => noAnswerSeconds > 0));
    expect(silent).toEqual([
      [true, true, true],
      [true, false, false],
      [true, true, true],
      [true, false, false],
    ]);
  });

  test("lone-stale: with a fleet, the one leaves as it does without", async () => {
    const { variants } = await playScenario("lone-stale", { fleet: true });
    expect(variants.map(({ figures }) => [figures.fewestReady, figures.mostLeft])).toEqual([
      [7, 0],
      [7, 1],
    ]);
    const [alone = NaN, together = NaN] = variants.map(({ figures }) => figures.requests.stale);
    // The next beat and its answer, of one replica in eight at 100 requests a second.
    expect(Math.abs(together - alone)).toBeLessThan((5.5 * 100) / 8);
  });

  test("rollout: a bad revision reaches one of forty, and without a rollout all of them", async () => {
    const { A, B, C, D } = await figuresOf("rollout");
    expect([A, B, C, D].map((figures) => figures?.badReached)).toEqual([40, 1, 40, 1]);
    expect([A, B, C, D].map((figures) => figures?.fewestReady)).toEqual([0, 40, 0, 39]);
    expect([B, D].map((figures) => figures?.requests.refused)).toEqual([0, 0]);
    for (const figures of [A, C]) expect(figures?.requests.refused).toBeGreaterThan(200_000);
  });

  test("rollout: the good revision that follows reaches everybody, a step at a time", async () => {
    const { variants } = await playedOnce("rollout");
    const [, rolled] = variants;
    if (!rolled) throw new Error("there is no variant B");
    // The first revision, the bad one once, and the good one: one replica, then a quarter more after each soak.
    expect(rolled.figures.loads).toBe(40 + 1 + 40);
    const { loads } = (await simulate({ ...rolled.setup, durationSeconds: 3_700 })).figures;
    expect(loads).toBe(40 + 1 + 1);
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
    expect([A?.restarts, B?.restarts]).toEqual([6, 0]);
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

describe("many replicas", () => {
  test("are played to the end, and the progress is told on the way", { timeout: 60_000 }, async () => {
    const setup: Setup = {
      replicas: 300,
      durationSeconds: 6 * 3_600,
      load: { firstSeconds: 10 },
      limits: { refreshEvery: "1m", staleAfter: "3m" },
      router: "kubernetes",
      probes: generatedProbes(10),
    };
    const told: number[] = [];
    const { figures } = await simulate(setup, { onProgress: (share) => void told.push(share) });
    expect([figures.restarts, figures.fewestReady]).toEqual([0, 300]);
    expect(figures.probes).toBeGreaterThan(300 * 6 * 3_600 * 0.29);
    expect(figures.loads).toBeGreaterThan(300 * 6 * 59);
    expect(told.length).toBeGreaterThan(10);
    expect(told).toEqual([...told].sort((one, other) => one - other));
    expect(told.every((share) => share > 0 && share <= 1)).toBe(true);
  });
});
