import { describe, expect, test } from "vitest";
import { createHealth, loaded } from "../../src/index.ts";
import { Disposal } from "../../src/resource/disposal.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { createKit, outcome, PENDING } from "./kit.ts";

interface World {
  readonly disposal: Disposal<string>;
  readonly log: unknown[];
  pending(): number;
  run(): Promise<void>;
}

function world(dispose: (value: string) => unknown): World {
  const log: unknown[] = [];
  const jobs: (() => void)[] = [];
  let pending = 0;
  const disposal = new Disposal<string>({
    options: {
      dispose: (value) => {
        log.push(`dispose ${value}`);
        return dispose(value);
      },
    },
    limits: { disposeAfter: 100 },
    host: { now: () => 0, defer: (job) => void jobs.push(job), countPending: (by) => void (pending += by) },
    announce: ({ type }) => log.push(type),
  });
  const run = async (): Promise<void> => {
    for (let job; (job = jobs.shift());) job();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { disposal, log, pending: () => pending, run };
}

describe("a value that goes out of use", () => {
  test("is disposed of once, at its time and not before, in a later job", async () => {
    const { disposal, log, pending, run } = world(() => {});
    disposal.retire("a", 1_000);
    expect([disposal.nextAt(), pending()]).toEqual([1_100, 1]);
    disposal.disposeDue(1_099, false);
    await run();
    expect([log, pending()]).toEqual([[], 1]);
    disposal.disposeDue(1_100, false);
    expect([log, disposal.nextAt()]).toEqual([[], Infinity]);
    await run();
    disposal.disposeDue(9_000, false);
    await run();
    expect([log, pending()]).toEqual([["dispose a", "disposed"], 0]);
  });

  test("does not wait where the resource is closed", async () => {
    const { disposal, log, run } = world(() => {});
    disposal.retire("a", 1_000);
    disposal.disposeDue(1_000, true);
    await run();
    expect(log).toEqual(["dispose a", "disposed"]);
  });

  test("is spared where it comes back into use, once", async () => {
    const { disposal, log, pending, run } = world(() => {});
    disposal.retire("a", 1_000);
    disposal.recall("a");
    expect([pending(), disposal.nextAt()]).toEqual([0, Infinity]);
    disposal.recall("a");
    disposal.recall("b");
    disposal.disposeDue(9_000, true);
    await run();
    expect([log, pending()]).toEqual([[], 0]);
  });

  test("the next to dispose of is the first that is due", () => {
    const { disposal } = world(() => {});
    disposal.retire("late", 2_000);
    disposal.retire("early", 1_000);
    disposal.retire("last", 3_000);
    expect(disposal.nextAt()).toBe(1_100);
  });

  test("counts until what its dispose promised has come, or has failed", async () => {
    let end = (): void => {};
    const slow = world(() => new Promise<void>((resolve) => (end = resolve)));
    slow.disposal.discard("a");
    await slow.run();
    expect([slow.log, slow.pending()]).toEqual([["dispose a", "disposed"], 1]);
    end();
    await slow.run();
    expect(slow.pending()).toBe(0);
    for (const dispose of [() => Promise.reject(new Error("no")), throws]) {
      const failing = world(dispose);
      failing.disposal.discard("a");
      await failing.run();
      expect([failing.log, failing.pending()]).toEqual([["dispose a", "disposed"], 0]);
    }
  });
});

describe("a value that is held", () => {
  test("outlives its time, which is told once, and is disposed of when the last hold ends", async () => {
    const { disposal, log, run } = world(() => {});
    const [first, second] = [disposal.hold("a", "lease"), disposal.hold("a", "lease")];
    disposal.retire("a", 1_000);
    disposal.disposeDue(1_099, false);
    expect([log, disposal.nextAt()]).toEqual([[], 1_100]);
    disposal.disposeDue(1_100, false);
    disposal.disposeDue(1_200, false);
    expect([log, disposal.nextAt()]).toEqual([["leased"], Infinity]);
    first();
    disposal.disposeDue(1_300, false);
    await run();
    expect(log).toEqual(["leased"]);
    second();
    disposal.disposeDue(1_400, false);
    await run();
    expect(log).toEqual(["leased", "dispose a", "disposed"]);
  });

  test("by a check alone is told to nobody, and waits for the end of the check", async () => {
    const { disposal, log, run } = world(() => {});
    const checked = disposal.hold("a", "check");
    disposal.retire("a", 1_000);
    expect(disposal.nextAt()).toBe(Infinity);
    disposal.disposeDue(1_100, false);
    expect(log).toEqual([]);
    const leased = disposal.hold("a", "lease");
    expect(disposal.nextAt()).toBe(1_100);
    leased();
    expect(disposal.nextAt()).toBe(Infinity);
    checked();
    expect(disposal.nextAt()).toBe(1_100);
    disposal.disposeDue(1_100, false);
    await run();
    expect(log).toEqual(["dispose a", "disposed"]);
  });

  test("is told anew after it came back into use, and went out again", () => {
    const { disposal, log } = world(() => {});
    disposal.hold("a", "lease");
    for (const now of [1_000, 2_000]) {
      disposal.retire("a", now);
      disposal.disposeDue(now + 100, false);
      disposal.recall("a");
    }
    expect(log).toEqual(["leased", "leased"]);
  });

  test("is told anew after it was disposed of, and came again", async () => {
    const { disposal, log, run } = world(() => {});
    for (const now of [1_000, 2_000]) {
      const end = disposal.hold("a", "lease");
      disposal.retire("a", now);
      disposal.disposeDue(now + 100, false);
      end();
      disposal.disposeDue(now + 100, false);
      await run();
    }
    expect(log).toEqual(["leased", "dispose a", "disposed", "leased", "dispose a", "disposed"]);
  });

  test("is kept where it is discarded, until the hold ends, and needs no time then", async () => {
    const { disposal, log, pending, run } = world(() => {});
    const end = disposal.hold("a", "lease");
    disposal.discard("a");
    disposal.discard("b");
    await run();
    expect([log, pending(), disposal.nextAt()]).toEqual([["dispose b", "disposed"], 1, -Infinity]);
    end();
    disposal.disposeDue(-1e9, false);
    await run();
    expect(log).toEqual(["dispose b", "disposed", "dispose a", "disposed"]);
    expect(pending()).toBe(0);
  });
});

describe("what a resource hands to its disposal", () => {
  test("a late candidate that is the value in use is not disposed of", async () => {
    const { clock, index, loader, disposed, ready, health } = createKit({ timeout: "1s", refreshEvery: "never" });
    const value = await ready();
    void index.reload().catch(() => {});
    await clock.settle();
    const late = loader.last;
    await clock.advance("1s");
    expect(index.snapshot().refreshing).toBe(false);
    late.succeed(value);
    await clock.advance("1h");
    expect([index.peek(), disposed]).toEqual([value, []]);
    await health.close();
    expect(disposed).toEqual([value]);
  });

  test("a late candidate that is another value is disposed of", async () => {
    const { clock, index, loader, disposed, ready, item } = createKit({ timeout: "1s", refreshEvery: "never" });
    const value = await ready();
    void index.reload().catch(() => {});
    await clock.settle();
    const late = loader.last;
    await clock.advance("1s");
    const other = item();
    late.succeed(other);
    await clock.settle();
    expect([index.peek(), disposed]).toEqual([value, [other]]);
  });

  test("close() after a recall disposes of the value once, and does not wait for the grace", async () => {
    const { clock, index, loader, disposed, ready, item, health } = createKit({
      disposeAfter: "1h",
      refreshEvery: "never",
    });
    const first = await ready();
    for (const value of [item(), first]) {
      void index.reload();
      await clock.settle();
      loader.last.succeed(value);
      await clock.settle();
    }
    expect([index.peek(), disposed]).toEqual([first, []]);
    const closed = health.close();
    await clock.settle();
    expect(await outcome(closed)).not.toBe(PENDING);
    expect(disposed.map(({ id }) => id).sort()).toEqual(["item-1", "item-2"]);
    expect(clock.timers).toBe(0);
  });

  test("without a dispose option close() waits for nothing, and no event tells of a disposal", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    let loads = 0;
    const index = health.resource("index", { load: () => ({ n: ++loads }), refreshEvery: "never" });
    const events: string[] = [];
    index.subscribe(({ type }) => events.push(type));
    health.start();
    await clock.settle();
    void index.reload();
    await clock.advance("1h");
    expect(index.peek()).toEqual({ n: 2 });
    const closed = health.close();
    await clock.settle();
    expect(await outcome(closed)).not.toBe(PENDING);
    expect(events.filter((type) => type === "disposed" || type === "leased")).toEqual([]);
    expect(clock.timers).toBe(0);
  });
});

function throws(): never {
  throw new Error("no");
}

test("a value on its way out that is brought back and refused is disposed of once", async () => {
  const [a, b] = [{ id: "a" }, { id: "b" }];
  const brought = [a, b, a];
  const disposed: unknown[] = [];
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  health.subscribe(() => {});
  const index = health.resource<object>("index", {
    load: () => brought.shift() ?? b,
    validate: async () => {
      if (brought.length) return;
      // Longer than disposeAfter.
      await new Promise<void>((resolve) => void clock.setTimer(resolve, 100, true));
      throw new Error("refused");
    },
    dispose: (value) => disposed.push(value),
    disposeAfter: 50,
  });
  await index.get();
  await index.reload();
  const refused = index.reload().catch(String);
  await clock.advance(90);
  expect(disposed).toEqual([]);
  await clock.advance("1m");
  expect([await refused, disposed, index.peek()]).toEqual(["Error: refused", [a], b]);
  await Promise.all([health.close(), clock.advance("6s")]);
  expect(disposed).toEqual([a, b]);
});

test("NaN that is refused while NaN is in use is not disposed of", async () => {
  let isGood = true;
  const disposed: unknown[] = [];
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  health.subscribe(() => {});
  const index = health.resource<number>("index", {
    load: () => loaded(NaN),
    validate: () => isGood,
    dispose: (value) => disposed.push(value),
    disposeAfter: 0,
  });
  await index.get();
  isGood = false;
  await expect(index.reload()).rejects.toMatchObject({ code: "HS_REJECTED" });
  await clock.advance("1m");
  expect([index.peek(), disposed]).toEqual([NaN, []]);
  await Promise.all([health.close(), clock.advance("6s")]);
  expect(disposed).toEqual([NaN]);
});
