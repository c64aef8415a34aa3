import { expect, test } from "vitest";
import { borrow, loaded } from "../../src/index.ts";
import { createKit, outcome, PENDING } from "./kit.ts";

const rejections: unknown[] = [];
process.on("unhandledRejection", (reason) => rejections.push(reason));

const made = { refreshEvery: "never", disposeAfter: "7s" } as const;

test("dispose waits for the last of several leases, and for disposeAfter too", async () => {
  const { ready, index, load, disposed, clock } = createKit(made);
  const one = await ready();
  const leases = [borrow(index), borrow(index)];
  void index.reload();
  await load();
  leases[0]?.release();
  leases[0]?.release();
  await clock.advance(60_000);
  expect(disposed).toEqual([]);
  leases[1]?.release();
  await clock.settle();
  expect(disposed).toEqual([one]);
  const { value } = index.snapshot();
  const brief = borrow(index);
  void index.reload();
  await load();
  brief?.release();
  expect(disposed).toEqual([one]);
  await clock.advance(7_000);
  expect(disposed).toEqual([one, value]);
});

test("a lease on the value in use ends without disposing of it", async () => {
  const { ready, index, disposed, clock } = createKit({ ...made, disposeAfter: 0 });
  await ready();
  borrow(index)?.release();
  await clock.advance(60_000);
  expect(disposed).toEqual([]);
});

test("borrow() gives undefined while there is no value, and after unload() and close()", async () => {
  const { ready, index, health } = createKit(made);
  expect(borrow(index)).toBeUndefined();
  await ready();
  index.unload();
  expect(borrow(index)).toBeUndefined();
  await health.close();
  expect(borrow(index)).toBeUndefined();
});

test("borrow() of what is no resource says what it takes", () => {
  expect(() => borrow({} as never)).toThrow(
    "health-state: resource is an object. Pass what health.resource() returned.",
  );
});

test("an object returned again after it was swapped out is in use again, and not disposed of", async () => {
  const { ready, index, load, loader, disposed, clock } = createKit(made);
  const one = await ready();
  void index.reload();
  const two = await load();
  await clock.advance(3_000);
  void index.reload();
  await clock.settle();
  loader.last.succeed(one);
  await clock.advance(60_000);
  expect(index.peek()).toBe(one);
  expect(disposed).toEqual([two]);
});

test("an object refused while it waits to be disposed of is disposed of once", async () => {
  const { ready, index, load, loader, disposed, clock } = createKit({
    ...made,
    validate: ({ id }, previous) => !(previous && id === "item-1"),
  });
  const one = await ready();
  void index.reload();
  await load();
  void index.reload();
  await clock.settle();
  loader.last.succeed(one);
  await clock.advance(60_000);
  expect(disposed).toEqual([one]);
});

test("what never became the value is disposed of once: refused, garbled, late, or arrived after close", async () => {
  const { health, index, loader, item, disposed, clock } = createKit({
    ...made,
    timeout: "5s",
    validate: ({ id }) => id !== "bad",
  });
  health.start();
  await clock.settle();
  const [bad, garbled, late, closed] = [item("bad"), item("garbled"), item("late"), item("closed")];
  loader.last.succeed(bad);
  await clock.advance(1_000);
  loader.last.succeed(loaded(garbled, { asOf: NaN }));
  await clock.advance(2_000);
  expect(disposed).toEqual([bad, garbled]);
  const hung = loader.last;
  await clock.advance(30_000);
  hung.succeed(late);
  await clock.settle();
  expect(disposed).toEqual([bad, garbled, late]);
  const running = loader.last;
  void index.reload();
  await health.close();
  running.succeed(closed);
  await clock.settle();
  expect(disposed).toEqual([bad, garbled, late, closed]);
});

test("a validation that hangs is ended by the timeout, and its candidate is disposed of when it lets go", async () => {
  let settle: (fine: boolean) => void = () => {};
  const { health, index, loader, item, disposed, clock } = createKit({
    ...made,
    timeout: "5s",
    validate: () =>
      new Promise<boolean>((resolve) => {
        settle = resolve;
      }),
  });
  health.start();
  await clock.settle();
  const candidate = item();
  loader.last.succeed(candidate);
  await clock.advance(5_000);
  expect(index.snapshot()).toMatchObject({ state: "NOT_LOADED", abandoned: 1 });
  settle(true);
  await clock.settle();
  expect([disposed, index.peek(), index.snapshot().abandoned]).toEqual([[candidate], undefined, 0]);
});

test("close() disposes of the value at once and resolves when the disposal has settled", async () => {
  let settle: () => void = () => {};
  const { ready, health, clock, left } = createKit({
    ...made,
    dispose: () =>
      new Promise<void>((resolve) => {
        settle = resolve;
      }),
  });
  await ready();
  const closed = health.close();
  expect(health.close()).toBe(closed);
  await clock.advance(4_999);
  expect(await outcome(closed)).toBe(PENDING);
  settle();
  await clock.settle();
  expect([await outcome(closed), left()]).toEqual([{ value: undefined }, { timers: 0, holding: 0 }]);
});

test("close() resolves after 5 s though a lease or a disposal never ends", async () => {
  const { ready, health, index, clock, left, disposed } = createKit(made);
  await ready();
  const lease = borrow(index);
  const closed = health.close();
  await clock.advance(4_999);
  expect(await outcome(closed)).toBe(PENDING);
  await clock.advance(1);
  expect([await outcome(closed), left(), disposed]).toEqual([{ value: undefined }, { timers: 0, holding: 0 }, []]);
  lease?.release();
  await clock.settle();
  expect(disposed).toEqual([lease?.value]);
});

test("index.close() ends one resource, disposes of its value and frees its name", async () => {
  const { ready, health, index, disposed, clock, loader } = createKit(made);
  const value = await ready();
  const waiting = index.reload();
  await clock.settle();
  index.close();
  index.close();
  await clock.settle();
  expect(disposed).toEqual([value]);
  expect(await outcome(waiting)).toMatchObject({ error: { reason: "closed" } });
  expect(loader.last.context.signal.aborted).toBe(true);
  const again = health.resource("index", { load: () => 7 });
  await clock.settle();
  expect([again.peek(), index.peek(), index.snapshot().state]).toEqual([7, undefined, "NOT_LOADED"]);
});

test("a dispose that throws or rejects is contained, and counts as done", async () => {
  for (const dispose of [
    () => {
      throw new Error("x");
    },
    () => Promise.reject(new Error("x")),
  ]) {
    const { ready, health, left } = createKit({ ...made, dispose });
    await ready();
    await health.close();
    expect(left()).toEqual({ timers: 0, holding: 0 });
  }
  expect(rejections).toEqual([]);
});

test("a dispose that calls back finds the state that follows", async () => {
  const seen: unknown[] = [];
  const kit = createKit({ ...made, dispose: () => void seen.push([kit.index.peek(), kit.index.snapshot().state]) });
  await kit.ready();
  await kit.health.close();
  expect(seen).toEqual([[undefined, "NOT_LOADED"]]);
});
