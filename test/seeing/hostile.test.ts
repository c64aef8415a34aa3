import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHealth, details, heartbeat, loaded, type Health } from "../../src/index.ts";
import { grpcHealth } from "../../src/grpc/index.ts";
import { logTo, type LogEntry } from "../../src/log/index.ts";
import { instrument } from "../../src/otel/index.ts";
import { statusPage, type StatusPage } from "../../src/page/index.ts";
import { collect } from "../../src/prometheus/index.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { HOSTILE_ERRORS, HOSTILE_TEXT, watchEscapes } from "./hostile.ts";
import { createMeter, createRegister, createTracer } from "./foreign.ts";

let escapes: ReturnType<typeof watchEscapes>;
beforeEach(() => void (escapes = watchEscapes()));
afterEach(async () => {
  await escapes.end();
  expect(escapes.escaped).toEqual([]);
});

interface Seen {
  readonly clock: VirtualClock;
  readonly health: Health;
  readonly page: StatusPage;
  readonly lines: LogEntry[];
  readonly spans: ReturnType<typeof createTracer>["spans"];
  scrape(): Promise<readonly unknown[]>;
  /** What the three probes answer, in every form. */
  probes(): Promise<unknown>;
}

/** A service with everything attached, or with nothing. */
function createSeen(attached: boolean): Seen {
  const clock = createVirtualClock();
  const health = createHealth({ clock, details: details("always") });
  const lines: LogEntry[] = [];
  const write = (entry: LogEntry): void => void lines.push(entry);
  const { tracer, spans } = createTracer();
  const register = createRegister();
  if (attached) {
    logTo(health, { info: write, warn: write, error: write });
    instrument(health, { meter: createMeter().meter, tracer });
    collect(health, register);
    grpcHealth(health, { resources: true });
  } else health.subscribe(() => {});
  const page = statusPage(health);
  if (!attached) page.end();
  return {
    clock,
    health,
    page,
    lines,
    spans,
    scrape: () => Promise.all([...register.metrics.values()].map((metric) => metric.get())),
    probes: () =>
      Promise.all(
        ["", "/live", "/startup"].flatMap((path) =>
          [`http://localhost/status${path}`, `http://localhost/status${path}?verbose`].map(async (url) => {
            const answer = health.fetch(new Request(url));
            return [answer.status, [...answer.headers], await answer.text()];
          }),
        ),
      ),
  };
}

const textOf = async (page: StatusPage, query = ""): Promise<string> =>
  (await page(new Request(`http://localhost/page${query}`))).text();

/** Control characters, but for the line feeds of the page's own lines. */
const CONTROLS = /[\p{Cc}\u2028\u2029\u202a-\u202e]/u;

describe("what a loader throws", () => {
  test.each(Object.entries(HOSTILE_ERRORS))("%s is seen everywhere and disturbs nothing", async (_name, make) => {
    const [seen, bare] = [createSeen(true), createSeen(false)];
    for (const { clock, health } of [seen, bare]) {
      let calls = 0;
      health.resource("index", {
        load: () => {
          if (calls++ !== 1) throw make();
          return loaded({}, { revision: "r1" });
        },
        refreshEvery: "30s",
      });
      health.start();
      await clock.settle();
      await clock.advance("1s");
      await clock.advance("35s");
    }
    expect(await seen.probes()).toEqual(await bare.probes());
    const failures = seen.lines.filter(({ event }) => event === "failed");
    expect(failures.length).toBeGreaterThan(1);
    for (const line of failures) {
      for (const value of Object.values(line)) expect(["string", "number", "boolean"]).toContain(typeof value);
      expect(JSON.stringify(line).length).toBeLessThan(5_000);
      expect([line.msg, line.error].filter((text) => text === undefined || CONTROLS.test(text))).toEqual([]);
    }
    const text = await textOf(seen.page);
    expect(text.length).toBeLessThan(40_000);
    expect(text).not.toContain("<img");
    expect(CONTROLS.test(text.replaceAll("\n", ""))).toBe(false);
    expect(seen.spans.filter(({ ended }) => !ended)).toEqual([]);
    expect(seen.spans.map(({ name }) => name)).toContain("load index");
    expect(await seen.scrape()).toHaveLength(21);
    await Promise.all([seen.health.close(), bare.health.close()]);
    expect(seen.clock.timers).toBe(0);
  });
});

describe("what a source says", () => {
  test("a hostile revision is cut and escaped in the log, on the page and in a span", async () => {
    const { clock, health, lines, page, spans } = createSeen(true);
    let fails = true;
    health.resource("index", {
      load: () => {
        if (fails) throw new Error("once");
        return loaded({}, { revision: HOSTILE_TEXT });
      },
    });
    health.start();
    await clock.settle();
    fails = false;
    await clock.advance("1s");
    const revision = lines.find(({ event }) => event === "recovered")?.revision;
    expect(revision).toHaveLength(336);
    expect(CONTROLS.test(revision ?? "\n")).toBe(false);
    expect(spans.at(-1)?.attributes["health_state.revision"]).toBe(revision);
    const text = await textOf(page);
    expect(text).toContain("&lt;img src=x onerror=alert(1)&gt;");
    expect(text).not.toContain("<img");
  });

  test("an asOf that is no time fails the load, and the page is drawn", async () => {
    const { clock, health, lines, page } = createSeen(true);
    // Nanoseconds, or what a subtraction went wrong with.
    const times = [-1e300, 1.7e18, 8.64e15 + 1];
    for (const [n, asOf] of times.entries()) health.resource(`index-${n}`, { load: () => loaded({}, { asOf }) });
    health.resource("oldest", { load: () => loaded({}, { asOf: -8.64e15 }) });
    health.start();
    await clock.settle();
    const failed = lines.filter(({ event }) => event === "failed").map(({ resource }) => resource);
    expect(new Set(failed)).toEqual(new Set(times.map((_, n) => `index-${n}`)));
    expect(failed).toHaveLength(times.length);
    expect(await textOf(page)).toContain("oldest");
  });
});

describe("names", () => {
  const NAMES = [HOSTILE_TEXT, "x".repeat(10_000), 'a"b', "a\nb", "<b>", "ä", "__proto__", "constructor()", ""];
  test.each(NAMES.map((name) => [name.slice(0, 20), name]))("%j is none, so no part ever sees it", (_short, name) => {
    const health = createHealth();
    const refused = expect.objectContaining({ code: "HS_INVALID_OPTION" });
    expect(() => health.resource(name, { load: () => 1 })).toThrow(refused);
    expect(() => health.check(name, { run: () => 1 })).toThrow(refused);
    expect(() => heartbeat(health, name, { within: "1s" })).toThrow(refused);
    expect(() => createHealth({ expect: [name] })).toThrow(refused);
  });
});

describe("a health that is closed, or that is seen twice", () => {
  test("every part takes a closed health, says so, and holds nothing", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock, details: details("always") });
    health.resource("index", { load: () => 1 });
    await health.whenReady();
    await health.close();
    const lines: LogEntry[] = [];
    const write = (entry: LogEntry): void => void lines.push(entry);
    const register = createRegister();
    const ends = [
      logTo(health, { info: write, warn: write, error: write }),
      instrument(health, { meter: createMeter().meter, tracer: createTracer().tracer }),
      collect(health, register),
      statusPage(health).end,
      grpcHealth(health).end,
    ];
    await clock.settle();
    const page = statusPage(health);
    expect(await textOf(page)).toContain("Readiness answers 503 INDEX-NOT-LOADED.");
    expect((await page(new Request("http://localhost/page?live=1"))).status).toBe(503);
    for (const end of [...ends, ...ends]) end();
    expect([lines, clock.timers, register.metrics.size]).toEqual([[], 0, 0]);
  });

  test("two of each see the same, and the end of one leaves the other", async () => {
    const { clock, health, lines } = createSeen(true);
    const others: LogEntry[] = [];
    const write = (entry: LogEntry): void => void others.push(entry);
    const end = logTo(health, { info: write, warn: write, error: write });
    const { tracer, spans } = createTracer();
    const endTraces = instrument(health, { tracer });
    health.resource("index", { load: () => Promise.reject(new Error("gone")) });
    health.start();
    await clock.settle();
    expect(others).toEqual(lines);
    expect(spans).toHaveLength(1);
    end();
    endTraces();
    await clock.advance("1s");
    expect([others.length, spans.length]).toEqual([1, 1]);
    expect(lines.length).toBeGreaterThan(1);
  });
});

describe("10,000 resources", () => {
  test("are logged, measured, traced and shown, and the probes answer the same", async () => {
    const [seen, bare] = [createSeen(true), createSeen(false)];
    for (const { clock, health } of [seen, bare]) {
      for (let n = 0; n < 10_000; n++) {
        const load = n % 10 === 0 ? (): never => fail() : (): number => n;
        health.resource(`tenant-${n}`, { load, required: n % 10 !== 0 });
      }
      health.start();
      await clock.settle();
    }
    expect(await seen.probes()).toEqual(await bare.probes());
    expect(seen.lines.filter(({ event }) => event === "failed")).toHaveLength(1_000);
    expect(seen.spans).toHaveLength(10_000);
    const text = await textOf(seen.page, "?part=1");
    expect(text.match(/<article/g)).toHaveLength(100);
    expect(text).toContain("9900 more resources are not shown.");
    expect(text.length).toBeLessThan(300_000);
    await Promise.all([seen.health.close(), bare.health.close()]);
  });

  function fail(): never {
    throw new Error("gone");
  }
});
