import { describe, expect, test } from "vitest";
import { internalsOf } from "../../src/handler/internals.ts";
import type { Health, Probe, State } from "../../src/index.ts";
import { force } from "../../src/testing/index.ts";
import { stage, type Line } from "./cells.ts";
import { SCENES } from "./contract.ts";
import { ask, PATH_OF, PROBES, read, wholeOf } from "./whole.ts";

describe("each cell of the wire table answers each probe with the whole golden response", () => {
  test.each(SCENES.map((scene) => [scene.name, scene] as const))("%s", async (_name, { enter, expected }) => {
    for (const probe of PROBES)
      for (const method of ["GET", "HEAD"] as const) {
        const golden = wholeOf(expected[probe], method);
        // Each way of asking on a stage of its own: the first probe may start the loads.
        for (const [way, answer] of Object.entries(WAYS))
          expect(await answer((await enter()).health, probe, method), `${method} ${probe} by ${way}`).toEqual(golden);
      }
  });

  const request = (probe: Probe, method: string): Request =>
    new Request(`http://prober.test${PATH_OF[probe]}`, { method });

  const WAYS: Readonly<Record<string, (health: Health, probe: Probe, method: string) => unknown>> = {
    fetch: (health, probe, method) => read(health.fetch(request(probe, method))),
    match: (health, probe, method) => read(health.match(request(probe, method)) ?? expect.fail("it was not matched")),
    answer: (health, probe, method) => read(health.answerAs(probe, request(probe, method))),
    ask: (health, probe, method) => internalsOf(health).ask(method, PATH_OF[probe], undefined, UNREAD),
  };

  // A platform that is asked for nothing: the plain word reads neither header nor request.
  const UNREAD = {
    accept: (): never => expect.fail("the accept header was read"),
    request: (): never => expect.fail("a Request was built"),
  };
});

describe("a state that a test forces is answered as one that came about", () => {
  const FORCED: Readonly<Record<State, Readonly<Record<Probe, Line>>>> = {
    NOT_LOADED: {
      readiness: [503, "INDEX-NOT-LOADED", "NOT_LOADED", "5"],
      liveness: [200, "I-AM-ALIVE", undefined, undefined],
      startup: [503, "INDEX-NOT-LOADED", "NOT_LOADED", "5"],
    },
    LOADING: {
      readiness: [503, "INDEX-NOT-LOADED", "LOADING", "5"],
      liveness: [200, "I-AM-ALIVE", undefined, undefined],
      startup: [503, "INDEX-NOT-LOADED", "LOADING", "5"],
    },
    READY: {
      readiness: [200, "I-AM-ALIVE", "READY", undefined],
      liveness: [200, "I-AM-ALIVE", undefined, undefined],
      startup: [200, "I-AM-ALIVE", "READY", undefined],
    },
    STALE: {
      readiness: [503, "INDEX-STALE", "STALE", "5"],
      liveness: [200, "I-AM-ALIVE", undefined, undefined],
      startup: [200, "I-AM-ALIVE", "STALE", undefined],
    },
  };

  test.each(Object.entries(FORCED))("%s", async (state, expected) => {
    const { health, index } = stage();
    // SAFETY: the keys of a Record<State, …> are states.
    force(index, state as State, {});
    for (const probe of PROBES) expect(await ask(health, PATH_OF[probe]), probe).toEqual(wholeOf(expected[probe]));
  });
});

test("a probe is answered by the data of its moment, over and over, in both directions", async () => {
  const { health, index } = stage();
  const heard: string[] = [];
  for (const state of ["NOT_LOADED", "READY", "STALE", "READY", "LOADING", "READY"] as const) {
    force(index, state, {});
    const { status, body } = await ask(health, "/status");
    heard.push(`${status} ${body}`);
  }
  expect(heard).toEqual([
    "503 INDEX-NOT-LOADED",
    "200 I-AM-ALIVE",
    "503 INDEX-STALE",
    "200 I-AM-ALIVE",
    "503 INDEX-NOT-LOADED",
    "200 I-AM-ALIVE",
  ]);
});

test("retry-after counts down to the planned attempt, and is never under 1", async () => {
  const { health, clock, loader } = stage();
  health.start();
  await clock.settle();
  for (let n = 1; n <= 6; n++) {
    await clock.settle();
    loader.last.fail();
    await clock.settle();
    if (n < 6) await clock.advance(30_000);
  }
  const heard: (string | undefined)[] = [];
  // 15.05 s from now: half way between 100 ms and 30 s.
  for (const passed of [0, 49, 1, 10_000, 4_999, 1]) {
    await clock.advance(passed);
    heard.push((await ask(health, "/status")).headers["retry-after"]);
  }
  // The last one is the attempt itself: it runs, and nothing is planned.
  expect(heard).toEqual(["16", "16", "15", "5", "1", "5"]);
});

test("retry-after is never more than 30, however far away the attempt is", async () => {
  const { health, clock } = stage({}, {});
  const hung = health.resource("hung", {
    load: () => new Promise<object>(() => {}),
    timeout: "1s",
    refreshEvery: "1h",
  });
  health.start();
  // Each run that hangs doubles the back-off.
  for (let n = 1; n <= 4; n++) await clock.advance(n < 4 ? 60_000 : 1_000);
  const { nextAttemptAt } = hung.snapshot();
  expect((nextAttemptAt ?? 0) - clock.wall()).toBeGreaterThan(30_000);
  // The index itself is loading, and has no attempt planned.
  expect((await ask(health, "/status")).headers["retry-after"]).toBe("30");
});
