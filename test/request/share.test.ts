import { describe, expect, test } from "vitest";
import { createHealth, loaded, onRequest, unchanged } from "../../src/index.ts";
import { createScriptedLoader, createVirtualClock } from "../../src/testing/index.ts";
import { timed } from "./kit.ts";

/** When the last was answered, in ms. */
const last = (answers: readonly string[]): number => Math.max(...answers.map((answer) => Number(answer.split(" ")[1])));

/** What was answered, each once. */
const kinds = (answers: readonly string[]): string[] => [
  ...new Set(answers.map((answer) => answer.split(" ")[0] ?? "")),
];

const old = (asOf: number) => loaded({}, { asOf });

describe("requests that wait at once", () => {
  test("reload(): callers that arrive during a run share the next one", async () => {
    const world = timed(() => ({}));
    const answers = await world.ask(20, () => world.index.reload());
    expect([world.loads, answers.length, kinds(answers)]).toEqual([2, 20, ["answered"]]);
    expect(last(answers)).toBeLessThanOrEqual(250);
    expect(world.clock.timers).toBe(0);
  });

  test("reload(): those who share a run that fails are told what it threw", async () => {
    const world = timed((load) => {
      if (load === 2) throw new Error("second");
      return {};
    });
    expect(kinds(await world.ask(20, () => world.index.reload()))).toEqual(["answered", "second"]);
    expect(world.loads).toBe(2);
  });

  test("a value past refuseAfter that its load does not make young is served by that load to all", async () => {
    const world = timed(() => old(world.clock.wall() - 3_600_000));
    const answers = await world.ask(50, () => world.index.get());
    expect([world.loads, answers.length, kinds(answers)]).toEqual([1, 50, ["answered"]]);
    expect(last(answers)).toBeLessThanOrEqual(125);
  });

  test("so is one whose rejected successor is still announced", async () => {
    const world = timed(
      (load) =>
        [loaded({}, { revision: "1" }), loaded({ bad: true }, { revision: "2" })][load - 1] ??
        unchanged({ revision: "2" }),
      { validate: (next) => !(next as { bad?: boolean }).bad },
    );
    await world.ask(1, () => world.index.get());
    await world.clock.advance(20_000);
    await world.ask(1, () => world.index.get());
    await world.clock.advance(120_000);
    const answers = await world.ask(50, () => world.index.get());
    expect([world.loads, answers.length, kinds(answers)]).toEqual([3, 50, ["answered"]]);
    expect(last(answers)).toBeLessThanOrEqual(125);
  });

  test("a load that began after the call answers it, however much longer than maxAge it took", async () => {
    const world = timed(() => ({}));
    await world.ask(1, () => world.index.get());
    const answers = await world.ask(50, () => world.index.get({ maxAge: 50 }));
    // The first of the fifty starts one; the others came after its start, and share the next.
    expect([world.loads, answers.length, kinds(answers)]).toEqual([3, 50, ["answered"]]);
    expect(last(answers)).toBeLessThanOrEqual(250);
  });

  test("a maxAge that the source's asOf cannot meet is refused after a load that began after the call", async () => {
    const world = timed(() => loaded({}, { asOf: world.clock.wall() - 60_000 }));
    await world.ask(1, () => world.index.get());
    const answers = await world.ask(50, () => world.index.get({ maxAge: 50 }));
    expect([world.loads, answers.length, kinds(answers)]).toEqual([3, 50, ["stale"]]);
    expect(last(answers)).toBeLessThanOrEqual(250);
  });
});

describe("the schedule in request mode", () => {
  test("a value past refuseAfter is reloaded no sooner after the last load began than half of refreshEvery", async () => {
    const world = timed(() => old(world.clock.wall() - 3_600_000));
    for (let second = 0; second < 15; second++) {
      void world.index.get();
      await world.clock.advance(1_000);
      expect(world.loads).toBe(1);
    }
    void world.index.get();
    await world.clock.advance(1_000);
    expect(world.loads).toBe(2);
  });

  test("a load that began before it was frozen is no reload of what is past refuseAfter", async () => {
    const world = timed((load) => load);
    const answers: unknown[] = [];
    void world.index.get();
    await world.clock.advance(50);
    world.clock.freeze(600_000);
    void world.index.get().then((value) => answers.push(value));
    await world.clock.advance(1_000);
    expect(answers).toEqual([2]);
  });

  test("a caller's maxAge beyond refuseAfter is no stricter than none", async () => {
    const world = timed(() => old(world.clock.wall() - 3_600_000), { refreshEvery: "1m" });
    await world.ask(1, () => world.index.get());
    expect(kinds(await world.ask(5, () => world.index.get({ maxAge: "2h" })))).toEqual(["answered"]);
    expect(world.loads).toBe(1);
  });

  test("invalidate() plans one at once, whatever the age", async () => {
    const world = timed(() => old(world.clock.wall() - 3_600_000));
    await world.ask(1, () => world.index.get());
    world.index.invalidate();
    await world.ask(1, () => world.index.get());
    expect(world.loads).toBe(2);
  });
});

describe("a request that watches", () => {
  function setUp() {
    const clock = createVirtualClock();
    const health = createHealth({ clock, refresh: onRequest({ lease: "5s" }) });
    const loader = createScriptedLoader<unknown>();
    const index = health.resource<unknown>("index", {
      load: (context) => loader.load(context),
      validate: (next) => next !== "bad",
      refreshEvery: "30s",
    });
    return { clock, index, loader };
  }

  test("is not answered by a load that was lost with its request: it takes it over", async () => {
    for (const wait of ["get", "reload"] as const) {
      const { clock, index, loader } = setUp();
      // The request's work is gone without a word: its timers with it.
      const { setTimer } = clock;
      clock.setTimer = createVirtualClock().setTimer;
      void index.get().catch(() => {});
      await clock.settle();
      clock.setTimer = setTimer;
      const answers: unknown[] = [];
      void index[wait]().then((answer) => answers.push(answer));
      await clock.advance(5_100);
      expect([loader.calls.length, loader.last.context.attempt]).toEqual([2, 1]);
      loader.last.succeed("A");
      await clock.advance(25);
      expect(answers).toEqual([wait === "get" ? "A" : expect.objectContaining({ value: "A" })]);
    }
  });

  test("reload() has a rejected revision tried again, though another request starts the run", async () => {
    const { clock, index, loader } = setUp();
    void index.get();
    await clock.settle();
    loader.last.succeed(loaded("A", { revision: "1" }));
    await clock.advance(30_000);
    void index.get();
    await clock.settle();
    loader.last.succeed(loaded("bad", { revision: "2" }));
    await clock.advance(30_000);
    void index.get();
    await clock.settle();
    expect(loader.last.context.rejected).toBe("2");
    // Looks first: the run that it starts is the one that reload() waits for.
    const answers: unknown[] = [];
    for (const wait of [index.get({ maxAge: 0 }), index.reload()])
      void wait.catch((error: unknown) => error).then((answer) => answers.push(answer));
    await clock.settle();
    loader.last.succeed(unchanged({ revision: "2" }));
    await clock.advance(25);
    expect([loader.calls.length, loader.last.context.rejected]).toEqual([4, undefined]);
    loader.last.succeed(loaded("B", { revision: "2" }));
    await clock.advance(25);
    expect(answers).toMatchObject([expect.anything(), { value: "B" }]);
    expect(loader.calls.length).toBe(4);
  });
});
