import { expect, test } from "vitest";
import { seed } from "../../src/store/seed.ts";
import { contextOf, NOW, recordOf } from "./kit.ts";

test("a seed has its true age, and never saves", async () => {
  const store = seed({ eur: 1 }, { asOf: new Date(NOW - 5), revision: "7" });
  const stored = { value: { eur: 1 }, revision: "7", checkedAt: NOW - 5, asOf: NOW - 5, origin: "seed" };
  expect(await store.restore(contextOf())).toEqual(stored);
  expect(await store.save(recordOf({ eur: 2 }), contextOf())).toEqual({ skipped: "a seed is never saved" });
  expect(await store.stamp({ checkedAt: NOW, asOf: undefined }, contextOf())).toEqual({
    skipped: "a seed is never saved",
  });
  await store.remove(contextOf());
  expect(await store.restore(contextOf())).toEqual(stored);
});

test("a seed without the time of its content is refused", () => {
  for (const asOf of [undefined, null, NaN, "2026", new Date("x")])
    expect(() => seed(1, { asOf } as never)).toThrow(/^health-state: asOf is/);
});
