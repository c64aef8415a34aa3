import { expect, test } from "vitest";
import { hints, loaded, unchanged, type SubscribeHints } from "../../src/index.ts";
import { createKit, type Kit } from "../resource/kit.ts";

const rejections: unknown[] = [];
process.on("unhandledRejection", (reason) => rejections.push(reason));

const thrown = (): never => {
  throw new Error("caught");
};
const broken: unknown = new Proxy({}, { get: thrown, has: thrown });

/** A resource with a value, and a channel that is opened so. */
async function openedBy(subscribe: (...given: Parameters<SubscribeHints>) => unknown): Promise<Kit> {
  const kit = createKit({ refreshEvery: "1h", jitter: 0 });
  // SAFETY: the channel gives what its type forbids.
  hints(kit.index, subscribe as SubscribeHints, { echoEvery: "1s" });
  kit.health.start();
  await kit.clock.settle();
  kit.loader.last.succeed(loaded(kit.item(), { revision: "1" }));
  await kit.clock.settle();
  return kit;
}

test.each<readonly [string, () => unknown]>([
  ["a number", () => 5],
  ["a text", () => "open"],
  ["null", () => null],
  ["an object whose every property throws", () => broken],
  ["a promise of such an object", () => Promise.resolve(broken)],
  ["a thenable that throws", () => ({ then: thrown })],
  ["a thenable that never calls back", () => ({ then() {} })],
  ["a closed that is no promise", () => ({ closed: 5 })],
  ["a closed that throws", () => ({ closed: { then: thrown } })],
  ["a closed that rejects with nothing", () => ({ closed: Promise.reject(undefined) })],
  ["a closed that rejects with what has no text", () => ({ closed: Promise.reject(Object.create(null)) })],
  ["an echo that is no function", () => ({ echo: 5 })],
  ["an echo that throws", () => ({ echo: thrown })],
  ["an echo that gives no promise", () => ({ echo: () => 5 })],
  ["an echo that rejects with a symbol", () => ({ echo: () => Promise.reject(Symbol("no")) })],
])("a channel that gives %s touches neither the state nor the polling", async (_what, give) => {
  const kit = await openedBy(() => give());
  for (let minute = 0; minute < 5; minute++) {
    await kit.clock.advance("1m");
    if (kit.index.snapshot().refreshing) kit.loader.last.succeed(unchanged());
    await kit.clock.settle();
  }
  expect(kit.index.snapshot()).toMatchObject({ state: "READY", generation: 1, lastError: undefined });
  const before = kit.loader.calls.length;
  await kit.clock.advance("1h");
  expect(kit.loader.calls.length).toBeGreaterThan(before);
  await kit.health.close();
  expect([rejections, kit.clock.timers]).toEqual([[], 0]);
});

test.each<readonly [string, unknown]>([
  ["a symbol", Symbol("new")],
  ["an object that throws", broken],
  ["an object without a text", Object.create(null)],
  ["a number that is none", NaN],
  ["a megabyte of text", "x".repeat(2 ** 20)],
])("a hint that names %s hurries one refresh, as any other", async (_what, revision) => {
  const channel: { hint?: (revision?: string) => void } = {};
  const kit = await openedBy((hint) => void (channel.hint = hint));
  await kit.clock.advance("1m");
  kit.loader.last.succeed(unchanged());
  await kit.clock.settle();
  const before = kit.loader.calls.length;
  // SAFETY: the channel names what its type forbids.
  for (let n = 0; n < 1_000; n++) channel.hint?.(revision as string);
  await kit.clock.advance("1m");
  expect(kit.loader.calls.length).toBe(before + 1);
  await kit.health.close();
  expect([rejections, kit.clock.timers]).toEqual([[], 0]);
});

test("a channel that hints before it is open, and for ever, costs no more than a load each tenth of refreshEvery", async () => {
  const channel: { hint?: (revision?: string) => void } = {};
  const kit = await openedBy((hint) => {
    for (let n = 0; n < 1_000; n++) hint(`${n}`);
    channel.hint = hint;
  });
  for (let second = 0; second < 60; second++) {
    channel.hint?.(`${second}`);
    await kit.clock.advance("1s");
    if (kit.index.snapshot().refreshing) kit.loader.last.succeed(unchanged());
    await kit.clock.settle();
  }
  expect(kit.loader.calls.length).toBeLessThanOrEqual(1 + 60 / 10 + 1);
  await kit.health.close();
});
