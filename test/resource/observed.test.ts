import { expect, test, vi } from "vitest";
import { createHealth, type ResourceEvent } from "../../src/index.ts";
import { registryOf } from "../../src/health/registry-of.ts";
import { managedResourceOf } from "../../src/resource/managed-resource-of.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { createKit } from "./kit.ts";

const limits = { refreshEvery: "never", timeout: "1h" } as const;

test("the listeners of a resource are told before those of its health, of the same event", async () => {
  const kit = createKit(limits);
  const told: unknown[] = [];
  kit.health.subscribe((event) => "state" in event && told.push(["health", event]));
  kit.index.subscribe((event) => told.push(["index", event]));
  await kit.clock.settle();
  told.splice(0);
  kit.health.start();
  await kit.clock.settle();
  const event = expect.objectContaining({ type: "transition", name: "index", from: "NOT_LOADED", state: "LOADING" });
  expect(told).toEqual([
    ["index", event],
    ["health", event],
  ]);
  await kit.health.close();
});

test("an event is frozen, and has the record of its moment", async () => {
  const kit = createKit(limits);
  const events: ResourceEvent[] = [];
  kit.index.subscribe((event) => events.push(event));
  await kit.ready();
  kit.index.unload();
  await kit.clock.settle();
  expect(events.every(Object.isFrozen)).toBe(true);
  expect(events.map(({ type, from, snapshot }) => `${type} ${from}>${snapshot.state}`)).toEqual([
    "current LOADING>LOADING",
    "transition LOADING>READY",
    "transition READY>NOT_LOADED",
  ]);
  await kit.health.close();
});

test("a part of the library that listens is told all, and silences no print", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  try {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    health.resource("index", {
      load: (): object => {
        throw new Error("down");
      },
    });
    const told: unknown[] = [];
    const leave = registryOf(health).subscribe(
      (event) => "state" in event && told.push([event.type, event.outcome]),
      "part",
    );
    await clock.settle();
    health.start();
    await clock.settle();
    expect([told, warn.mock.calls.length]).toEqual([
      [
        ["current", undefined],
        ["transition", undefined],
        ["transition", "failed"],
      ],
      1,
    ]);
    leave();
    await clock.advance("10s");
    expect(told.length).toBe(3);
    await health.close();
  } finally {
    warn.mockRestore();
  }
});

test("what is thrown away is disposed of, unless it is in use, on its way in, or on its way out", async () => {
  const kit = createKit({ ...limits, disposeAfter: "1m" });
  const resource = managedResourceOf(kit.index);
  const first = await kit.ready();
  const thrownAway = async (item: { readonly id: string }): Promise<number> => {
    const before = kit.disposed.length;
    resource.discard(item);
    await kit.clock.settle();
    return kit.disposed.length - before;
  };
  expect([await thrownAway(first), await thrownAway(kit.item())]).toEqual([0, 1]);
  void kit.index.reload();
  await kit.load();
  // It waits for disposeAfter.
  expect(await thrownAway(first)).toBe(0);
  void kit.index.reload();
  await kit.clock.settle();
  const candidate = kit.item();
  if (resource.slot.run) resource.slot.run.candidate = candidate;
  expect(await thrownAway(candidate)).toBe(0);
  await kit.health.close();
});

test("without dispose nothing is thrown away, and no event tells of it", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const index = health.resource<object>("index", { load: () => ({}), refreshEvery: "never" });
  const types: string[] = [];
  index.subscribe(({ type }) => types.push(type));
  await clock.settle();
  managedResourceOf(index).discard({});
  await clock.settle();
  expect(types).toEqual(["current"]);
  await health.close();
});

test("onRejected is told of the first rejection of a streak, also where other failures came before it", async () => {
  const told: string[] = [];
  const kit = createKit({
    ...limits,
    validate: ({ id }) => !id.startsWith("bad"),
    onRejected: () => void told.push("told"),
  });
  kit.index.subscribe(({ outcome }) => outcome && told.push(outcome));
  await kit.ready();
  for (const result of ["down", "bad", "down", "bad", "good", "bad"]) {
    void kit.index.reload().catch(() => {});
    await kit.clock.settle();
    if (result === "down") kit.loader.last.fail();
    else kit.loader.last.succeed(kit.item(result));
    await kit.clock.settle();
  }
  const rejected = ["told", "rejected"];
  expect(told).toEqual(["loaded", "failed", ...rejected, "failed", "rejected", "loaded", ...rejected]);
  await kit.health.close();
});
