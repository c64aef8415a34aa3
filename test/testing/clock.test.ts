import { describe, expect, test } from "vitest";
import { createVirtualClock } from "../../src/testing/index.ts";

describe("the virtual clock", () => {
  test("it starts with the year 2026, at a monotonic zero, and draws the middle", () => {
    const clock = createVirtualClock();
    expect([clock.wall(), clock.monotonic(), clock.random()]).toEqual([Date.UTC(2026, 0, 1), 0, 0.5]);
    expect([clock.timers, clock.holding]).toEqual([0, 0]);
  });

  test("it starts where it is told to, and draws what it is told to", () => {
    const clock = createVirtualClock({ wall: 5, random: () => 0.25 });
    expect([clock.wall(), clock.random()]).toEqual([5, 0.25]);
    expect(createVirtualClock({ wall: 0 }).wall()).toBe(0);
  });

  test("advance() moves both hands, freeze() and jump() the wall alone", async () => {
    const clock = createVirtualClock({ wall: 1_000 });
    const hands = (): number[] => [clock.wall(), clock.monotonic()];
    await clock.advance("1s");
    expect(hands()).toEqual([2_000, 1_000]);
    clock.freeze(500);
    expect(hands()).toEqual([2_500, 1_000]);
    clock.jump("1s");
    expect(hands()).toEqual([3_500, 1_000]);
    clock.jump(-3_000);
    expect(hands()).toEqual([500, 1_000]);
    clock.jump(0);
    await clock.advance(0.5);
    expect(hands()).toEqual([500.5, 1_000.5]);
  });

  test("every timer on the way fires once, at its own instant, in the order of the instants", async () => {
    const clock = createVirtualClock({ wall: 0 });
    const fired: unknown[] = [];
    const note = (name: string) => (): unknown => fired.push([name, clock.wall(), clock.monotonic()]);
    clock.setTimer(note("late"), 30, false);
    clock.setTimer(note("early"), 10, true);
    clock.setTimer(note("at the end"), 50, false);
    clock.setTimer(note("beyond"), 51, false);
    clock.setTimer(note("same"), 10, false);
    expect([clock.timers, clock.holding]).toEqual([5, 1]);
    await clock.advance(50);
    expect(fired).toEqual([
      ["early", 10, 10],
      ["same", 10, 10],
      ["late", 30, 30],
      ["at the end", 50, 50],
    ]);
    expect([clock.timers, clock.holding, clock.wall()]).toEqual([1, 0, 50]);
  });

  test("a timer that a timer sets fires in the same advance, and promises settle between", async () => {
    const clock = createVirtualClock({ wall: 0 });
    const fired: string[] = [];
    clock.setTimer(
      () => {
        void Promise.resolve().then(() => fired.push("promise"));
        clock.setTimer(() => fired.push(`second at ${clock.monotonic()}`), 5, false);
      },
      10,
      false,
    );
    clock.setTimer(() => fired.push("other"), 12, false);
    await clock.advance(20);
    expect(fired).toEqual(["promise", "other", "second at 15"]);
  });

  test("a timer that is due already fires at once, and no hand goes back", async () => {
    const clock = createVirtualClock({ wall: 0 });
    await clock.advance(10);
    let at = NaN;
    clock.setTimer(() => (at = clock.monotonic()), -5, false);
    await clock.advance(0);
    expect([at, clock.monotonic(), clock.wall()]).toEqual([10, 10, 10]);
  });

  test("a cancelled timer never fires", async () => {
    const clock = createVirtualClock();
    let fired = 0;
    const cancel = clock.setTimer(() => fired++, 10, true);
    cancel();
    expect([clock.timers, clock.holding]).toEqual([0, 0]);
    await clock.advance(20);
    expect(fired).toBe(0);
  });

  test("what promises do before the first timer is done before time moves", async () => {
    const clock = createVirtualClock({ wall: 0 });
    const seen: number[] = [];
    void Promise.resolve().then(() => clock.setTimer(() => seen.push(clock.monotonic()), 5, false));
    await clock.advance(10);
    expect(seen).toEqual([5]);
  });

  test("what a promise does after the last timer is done before advance() returns", async () => {
    const clock = createVirtualClock({ wall: 0 });
    const seen: string[] = [];
    clock.setTimer(() => void Promise.resolve().then(() => seen.push("done")), 10, false);
    await clock.advance(10);
    expect(seen).toEqual(["done"]);
  });

  test("settle() moves no hand", async () => {
    const clock = createVirtualClock({ wall: 7 });
    let done = false;
    void Promise.resolve().then(() => (done = true));
    await clock.settle();
    expect([done, clock.wall(), clock.monotonic()]).toEqual([true, 7, 0]);
  });
});

describe("what the virtual clock refuses", () => {
  const WRONG: readonly unknown[] = [undefined, null, NaN, Infinity, "soon", "never", {}];

  test.each([...WRONG, -1])("advance(%o) and freeze(%o)", async (by) => {
    const clock = createVirtualClock();
    const error = expect.objectContaining({ code: "HS_INVALID_OPTION", message: expect.stringContaining("by is ") });
    // @ts-expect-error: what JavaScript may hand in.
    await expect(clock.advance(by)).rejects.toEqual(error);
    // @ts-expect-error: what JavaScript may hand in.
    expect(() => clock.freeze(by)).toThrow(error);
    expect([clock.wall(), clock.monotonic()]).toEqual([Date.UTC(2026, 0, 1), 0]);
  });

  test.each([...WRONG, -Infinity, "-1s"])("jump(%o)", (by) => {
    const clock = createVirtualClock();
    // @ts-expect-error: what JavaScript may hand in.
    expect(() => clock.jump(by)).toThrow(expect.objectContaining({ code: "HS_INVALID_OPTION" }));
    expect(clock.wall()).toBe(Date.UTC(2026, 0, 1));
  });

  test("a wall that is no instant, a random that is no function, and a name that is not known", () => {
    // @ts-expect-error: what JavaScript may hand in.
    expect(() => createVirtualClock({ wall: "2026" })).toThrow('wall is "2026". Pass epoch ms');
    expect(() => createVirtualClock({ wall: NaN })).toThrow("wall is NaN. Pass epoch ms");
    // @ts-expect-error: what JavaScript may hand in.
    expect(() => createVirtualClock({ random: 0.5 })).toThrow("random is 0.5. Pass a function.");
    // @ts-expect-error: what JavaScript may hand in.
    expect(() => createVirtualClock({ wal: 5 })).toThrow(
      'createVirtualClock() has no option "wal". Did you mean "wall"?',
    );
  });
});
