import { expect, test } from "vitest";
import { retryLater } from "../../src/index.ts";
import { managedResourceOf } from "../../src/resource/managed-resource-of.ts";
import { createKit, outcome, PENDING } from "./kit.ts";

const limits = { refreshEvery: "never", timeout: "1h" } as const;
const refusal = (reason: string): unknown => ({ error: expect.objectContaining({ name: "NotReadyError", reason }) });

test("in a drain a caller waits for the load that runs while a value is held, and for nothing else", async () => {
  const kit = createKit(limits);
  await kit.ready();
  await kit.clock.advance("10s");
  void kit.index.reload().catch(() => {});
  await kit.clock.settle();
  kit.health.drain();
  const young = kit.index.get({ maxAge: "1s" });
  expect(await outcome(young)).toBe(PENDING);
  expect(await outcome(kit.index.reload())).toEqual(refusal("draining"));
  const value = await kit.load();
  expect(await outcome(young)).toEqual({ value });
  await kit.clock.advance("10s");
  expect(await outcome(kit.index.get({ maxAge: "1s" }))).toEqual(refusal("draining"));
  expect(kit.loader.calls.length).toBe(2);
  await kit.health.close();
});

test("in a drain nobody waits for a first value, though its load runs", async () => {
  const kit = createKit(limits);
  kit.health.start();
  const before = kit.index.get();
  await kit.clock.settle();
  kit.health.drain();
  expect([await outcome(before), await outcome(kit.index.get())]).toEqual([refusal("draining"), refusal("draining")]);
  await kit.health.close();
});

test("a drain leaves those alone who wait for the load that runs and hold a value, and refuses the others", async () => {
  const kit = createKit(limits);
  await kit.ready();
  await kit.clock.advance("10s");
  const idle = createKit(limits);
  await idle.ready();
  void kit.index.reload().catch(() => {});
  const young = kit.index.get({ maxAge: "1s" });
  await kit.clock.settle();
  kit.health.drain();
  expect(await outcome(young)).toBe(PENDING);
  const value = await kit.load();
  expect(await outcome(young)).toEqual({ value });
  await Promise.all([kit.health.close(), idle.health.close()]);
});

test("those who wait while a part holds the load are refused by a drain", async () => {
  const kit = createKit(limits);
  managedResourceOf(kit.index).attach({ heldUntil: Infinity, beforeLoad: () => true });
  const waits = [kit.index.get(), kit.index.reload()];
  await kit.clock.settle();
  expect(managedResourceOf(kit.index).waiting).toBe(2);
  kit.health.drain();
  expect(await Promise.all(waits.map(outcome))).toEqual([refusal("draining"), refusal("draining")]);
  expect(managedResourceOf(kit.index).waiting).toBe(0);
  await kit.health.close();
});

test("the next load of those who still wait comes no sooner than the source asked for, but for a reload()", async () => {
  for (const isReload of [false, true]) {
    const kit = createKit(limits, { random: () => 0 });
    kit.health.subscribe(() => {});
    const resource = managedResourceOf(kit.index);
    kit.health.start();
    await kit.fail(retryLater("1m"));
    void resource.startLoad({});
    await kit.clock.settle();
    const got = kit.index.get();
    if (isReload) void kit.index.reload();
    kit.index.unload();
    expect([isReload, resource.slot.nextAttemptAt - resource.now()]).toEqual([isReload, isReload ? 0 : 60_000]);
    await kit.clock.advance(isReload ? 0 : 60_000);
    const value = await kit.load();
    expect(await outcome(got)).toEqual({ value });
    await kit.health.close();
  }
});

test("a refusal names the resource, its state, and when it will try again", async () => {
  const kit = createKit(limits, { random: () => 0.999_999 });
  kit.health.subscribe(() => {});
  const resource = managedResourceOf(kit.index);
  expect(resource.notReady("aborted", "gone")).toMatchObject({
    resource: "index",
    state: "NOT_LOADED",
    reason: "aborted",
    retryAfter: 5,
    cause: "gone",
  });
  kit.health.start();
  for (let n = 0; n < 3; n++) {
    await kit.fail();
    if (n < 2) await kit.clock.advance("2s");
  }
  expect(resource.notReady("failed")).toMatchObject({ state: "NOT_LOADED", retryAfter: 4 });
  await kit.health.close();
  expect([resource.waitBlockedBy(), await outcome(kit.index.get())]).toEqual(["closed", refusal("closed")]);
});

test("who waits keeps the process alive until he is answered, and is counted until then", async () => {
  const kit = createKit(limits);
  const resource = managedResourceOf(kit.index);
  kit.health.start();
  await kit.clock.settle();
  expect([resource.waiting, kit.clock.holding]).toEqual([0, 0]);
  const got = kit.index.get();
  await kit.clock.settle();
  expect([resource.waiting, kit.clock.holding]).toEqual([1, 1]);
  const value = await kit.load();
  expect([await outcome(got), resource.waiting, kit.clock.holding]).toEqual([{ value }, 0, 0]);
  await kit.health.close();
});

test("a drain during a first load that nobody waits for refuses nobody, and the load may finish", async () => {
  const kit = createKit(limits);
  kit.health.start();
  await kit.clock.settle();
  kit.health.drain();
  const value = await kit.load();
  expect(kit.index.peek()).toBe(value);
  await kit.health.close();
});

test("closed is stronger than draining, and neither blocks while the health runs", async () => {
  const kit = createKit(limits);
  const resource = managedResourceOf(kit.index);
  expect(resource.waitBlockedBy()).toBe(undefined);
  await kit.ready();
  expect(resource.waitBlockedBy()).toBe(undefined);
  kit.health.drain();
  expect(resource.waitBlockedBy()).toBe("draining");
  kit.index.close();
  expect(resource.waitBlockedBy()).toBe("closed");
  await kit.health.close();
});
