import { expect, test } from "vitest";
import { onRequest, unchanged } from "../../src/index.ts";
import { createKit } from "./kit.ts";

test("get() gives one promise for a value, unless an age is asked for", async () => {
  const kit = createKit();
  const value = await kit.ready();
  const promise = kit.index.get();
  const { signal } = new AbortController();
  for (const same of [kit.index.get(), kit.index.get({}), kit.index.get({ signal })]) expect(same).toBe(promise);
  void kit.index.reload();
  await kit.clock.settle();
  kit.loader.last.succeed(unchanged());
  await kit.clock.settle();
  expect(kit.index.get()).toBe(promise);
  const young = kit.index.get({ maxAge: "1m" });
  expect(young).not.toBe(promise);
  expect(await Promise.all([promise, young])).toEqual([value, value]);
  await kit.health.close();
});

test("in request mode each get() has a promise of its own, because a request owns it", async () => {
  const kit = createKit({}, { health: { refresh: onRequest() } });
  const first = kit.index.get();
  const value = await kit.load();
  expect(await first).toBe(value);
  const [second, third] = [kit.index.get(), kit.index.get()];
  expect(second).not.toBe(third);
  expect(await Promise.all([second, third])).toEqual([value, value]);
  await kit.health.close();
});
