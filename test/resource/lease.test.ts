import { expect, test } from "vitest";
import { borrow } from "../../src/index.ts";
import { leasesOf } from "../../src/resource/lease.ts";
import { createKit } from "./kit.ts";

test("leases are counted by resource until each has ended, which it does once", async () => {
  const { ready, index, health } = createKit({ refreshEvery: "never" });
  const other = createKit({ refreshEvery: "never" });
  const value = await ready();
  await other.ready();
  expect(leasesOf(index)).toBe(0);
  const [one, two] = [borrow(index), borrow(index)];
  borrow(other.index);
  expect([one?.value, two?.value, leasesOf(index), leasesOf(other.index)]).toEqual([value, value, 2, 1]);
  one?.release();
  one?.release();
  one?.[Symbol.dispose]();
  expect(leasesOf(index)).toBe(1);
  two?.[Symbol.dispose]();
  expect([leasesOf(index), leasesOf(other.index)]).toEqual([0, 1]);
  await health.close();
});

test("where there is no value there is no lease, and none is counted", () => {
  const { index } = createKit();
  expect([borrow(index), leasesOf(index)]).toEqual([undefined, 0]);
});

test("the end of a lease disposes of an old value at once, without waiting for the timer", async () => {
  const { ready, index, load, disposed, clock, health } = createKit({ refreshEvery: "never", disposeAfter: "1s" });
  const value = await ready();
  const lease = borrow(index);
  void index.reload();
  await load();
  await clock.advance("2s");
  expect(disposed).toEqual([]);
  lease?.release();
  await clock.settle();
  expect(disposed).toEqual([value]);
  await health.close();
});
