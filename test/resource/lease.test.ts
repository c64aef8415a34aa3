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

test("a lease past its time is told, and its end disposes of the old value at once", async () => {
  const { ready, index, load, disposed, clock, health } = createKit({ refreshEvery: "never", disposeAfter: "1s" });
  const types: string[] = [];
  const value = await ready();
  index.subscribe(({ type }) => types.push(type));
  const lease = borrow(index);
  void index.reload();
  await load();
  await clock.advance("2s");
  expect([disposed, types]).toEqual([[], ["current", "load", "leased"]]);
  lease?.release();
  await clock.settle();
  expect(disposed).toEqual([value]);
  await health.close();
});
