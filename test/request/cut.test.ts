import { expect, test } from "vitest";
import { createHealth, onRequest } from "../../src/index.ts";
import { createScriptedLoader, createVirtualClock } from "../../src/testing/index.ts";

const LOOK_MS = 25;

function setUp(load?: () => unknown) {
  const clock = createVirtualClock();
  const health = createHealth({ clock, refresh: onRequest({ lease: "60s" }) });
  const loader = createScriptedLoader<unknown>();
  const index = health.resource<unknown>("index", {
    load: load ?? ((context) => loader.load(context)),
    refreshEvery: "30s",
  });
  const answers: unknown[] = [];
  const ask = (question: () => Promise<unknown>): void =>
    void question().then(
      (value) => answers.push(value),
      (error: unknown) => answers.push(error),
    );
  /** Two requests ask at once, and a second goes by. */
  const askTwice = async (wait: "get" | "reload"): Promise<void> => {
    ask(() => index[wait]());
    ask(() => index[wait]());
    await clock.advance(1_000);
  };
  /** A request is answered with `first`, and another waits for the refresh that is due. */
  const askForRefresh = async (first: unknown): Promise<void> => {
    ask(() => index.get());
    await clock.settle();
    loader.last.succeed(first);
    await clock.advance(31_000);
    ask(() => index.get());
    await clock.settle();
  };
  return { clock, health, index, loader, answers, ask, askTwice, askForRefresh };
}

test("close() ends the wait of the request that runs the load within a look, and leaves no timer", async () => {
  for (const wait of ["get", "reload"] as const) {
    const { clock, health, answers, askTwice } = setUp();
    await askTwice(wait);
    await health.close();
    await clock.advance(LOOK_MS);
    expect(answers).toMatchObject([{ reason: "closed" }, { reason: "closed" }]);
    expect(clock.timers).toBe(0);
  }
});

test("close() during a refresh that a request waits for rejects it", async () => {
  const { clock, health, answers, askForRefresh } = setUp();
  await askForRefresh("A");
  await health.close();
  await clock.advance(LOOK_MS);
  expect(answers).toMatchObject(["A", { reason: "closed" }]);
  expect(clock.timers).toBe(0);
});

test("unload() during a load: whoever waits is answered by the next load, which starts within a look", async () => {
  for (const wait of ["get", "reload"] as const) {
    const { clock, index, loader, answers, askTwice } = setUp();
    await askTwice(wait);
    index.unload();
    await clock.advance(2 * LOOK_MS);
    expect([loader.calls.length, answers]).toEqual([2, []]);
    loader.last.succeed("A");
    await clock.advance(LOOK_MS);
    if (wait === "get") expect(answers).toEqual(["A", "A"]);
    else expect(answers).toMatchObject([{ value: "A" }, { value: "A" }]);
    expect([loader.calls.length, clock.timers]).toEqual([2, 0]);
  }
});

test("unload() during a refresh that a request waits for: it is answered by the next load, not by what was dropped", async () => {
  const { clock, index, loader, answers, askForRefresh } = setUp();
  await askForRefresh("bad");
  index.unload();
  await clock.advance(2 * LOOK_MS);
  loader.last.succeed("good");
  await clock.advance(LOOK_MS);
  expect([loader.calls.length, answers]).toEqual([3, ["bad", "good"]]);
});

test("what unloads at every load delays whoever waits, and does not hang the process", async () => {
  for (const from of ["the loader", "a listener"]) {
    let loads = 0;
    const { clock, index, answers, ask } = setUp(() => {
      if (from === "the loader") index.unload();
      if (++loads < 5) throw new Error("unloaded");
      return "A";
    });
    let heard = 0;
    if (from === "a listener") index.subscribe(({ state }) => state === "LOADING" && heard++ < 5 && index.unload());
    ask(() => index.get());
    await clock.advance(100);
    expect([loads, heard]).not.toEqual([0, 0]);
    expect(Math.max(loads, heard)).toBeLessThanOrEqual(5);
    await clock.advance(60_000);
    expect(answers.length <= 1).toBe(true);
    index.close();
    await clock.advance(LOOK_MS);
    expect([answers.length, clock.timers]).toEqual([1, 0]);
  }
});
