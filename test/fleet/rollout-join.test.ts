import { describe, expect, test } from "vitest";
import { SourceError } from "../../src/index.ts";
import { createKit, planOf } from "./rollout-kit.ts";

describe("a replica that joins, or that is the first to report again (FLEET 3)", () => {
  test("a replica that joins an empty store right after a flush decides for nobody else", async () => {
    for (const revision of ["v2", "bad2"]) {
      const kit = await createKit(6);
      kit.announced = revision;
      await kit.clock.advance("2m");
      const before = kit.held()[revision] ?? 0;
      kit.flush();
      // It asks its source before any other replica has reported again.
      const late = kit.add();
      await kit.clock.advance("3m");
      expect(kit.held()["v1"]).toBeGreaterThanOrEqual(6 - before);
      expect(await planOf(kit)).toMatchObject({ stable: "v1" });
      await kit.clock.advance("2h");
      expect(kit.held()).toEqual({ [revision === "v2" ? "v2" : "v1"]: 7 });
      expect(late.index.snapshot().state).toBe("READY");
    }
  });

  test("a replica that joins after a flush takes what the replicas that have reported hold", async () => {
    const kit = await createKit(6);
    kit.announced = "v2";
    await kit.clock.advance("2m");
    kit.flush();
    await kit.clock.advance("7s");
    const late = kit.add();
    await kit.clock.advance("1s");
    expect(late.index.peek()?.revision).toBe("v1");
    await kit.clock.advance("3m");
    expect(await planOf(kit)).toMatchObject({ stable: "v1", trial: { revision: "v2" } });
  });

  test("after an outage of the store, the first replicas that report are not the whole group", async () => {
    const kit = await createKit(6, { first: 2 });
    kit.announced = "v2";
    await kit.clock.advance("9m");
    expect(kit.held()).toEqual({ v1: 4, v2: 2 });
    const takers = kit.replicas.filter(({ index }) => index.peek()?.revision === "v2");
    // The soak ends while the store is gone, and the store forgets who was there.
    kit.isGone = true;
    await kit.clock.advance("3m");
    const others = kit.replicas.filter((replica) => !takers.includes(replica));
    kit.isCut = (replica) => others.includes(replica);
    kit.isGone = false;
    await kit.clock.advance("6s");
    for (const { index } of takers) index.invalidate();
    await kit.clock.advance("3s");
    expect(await planOf(kit)).toMatchObject({ stable: "v1", trial: { revision: "v2", step: 0 } });
    kit.isCut = () => false;
    await kit.clock.advance("10m");
    expect(kit.held()["v1"]).toBeGreaterThan(0);
    await kit.clock.advance("2h");
    expect(kit.held()).toEqual({ v2: 6 });
  });

  test("an outage after which the store still counts some replicas replaces no canary, and ends no rollout", async () => {
    const kit = await createKit(6, { soak: "20m" });
    kit.announced = "v2";
    await kit.clock.advance("2m");
    // The members expire one after the other, between about 10 s and 15 s.
    for (let seconds = 9; seconds <= 16; seconds++) {
      kit.isGone = true;
      await kit.clock.advance(seconds * 1_000);
      kit.isGone = false;
      for (let at = 0; at < 20; at++) {
        for (const { index } of kit.replicas) index.invalidate();
        await kit.clock.advance(500);
        expect({ seconds, held: kit.held() }).toEqual({ seconds, held: { v1: 5, v2: 1 } });
      }
      await kit.clock.advance("30s");
    }
    expect(await planOf(kit)).toMatchObject({ stable: "v1", trial: { revision: "v2", step: 0 } });
  });

  test("a new group takes the revision that its first replica found, and writes it down as rolled out", async () => {
    const kit = await createKit(0);
    kit.add();
    await kit.clock.advance("1s");
    kit.announced = "v2";
    for (let at = 0; at < 4; at++) kit.add();
    await kit.clock.advance("3s");
    expect(kit.held()).toEqual({ v1: 5 });
    // Some of them look at the group with each beat, also while nobody asks the source.
    await kit.clock.advance("35s");
    expect(await planOf(kit)).toMatchObject({ stable: "v1", trial: { revision: "v2", step: 0 } });
    expect(kit.held()).toEqual({ v1: 4, v2: 1 });
  });
});

describe("a source that cannot load the rolled out revision (FLEET 3)", () => {
  test.each([
    new SourceError("missing", "there is no such object"),
    new SourceError("status", "answered 404", { status: 404 }),
    new SourceError("status", "answered 410", { status: 410 }),
  ])("if it no longer has it ($kind, $status), a replica that joins takes the announced one", async (error) => {
    const kit = await createKit(4, { soak: "1m" });
    kit.announced = "v2";
    await kit.clock.advance("1m");
    kit.faultOf = (revision) => (revision === "v1" ? error : undefined);
    const late = kit.add();
    await kit.clock.advance("5s");
    expect(late.index.snapshot()).toMatchObject({ state: "READY", revision: "v2" });
    // So one replica without a value does not hold up the rollout for all.
    await kit.clock.advance("20m");
    expect(kit.held()).toEqual({ v2: 5 });
  });

  test("if it fails for another reason, a replica that joins tries again, and tries nothing new", async () => {
    const kit = await createKit(4);
    kit.announced = "v2";
    await kit.clock.advance("1m");
    kit.faultOf = (revision) => (revision === "v1" ? new SourceError("network", "the connection broke") : undefined);
    const late = kit.add();
    await kit.clock.advance("2m");
    expect(late.index.snapshot().state).toBe("NOT_LOADED");
    const loads: unknown[] = [];
    late.index.subscribe((event) => {
      if ("outcome" in event && event.outcome === "loaded") loads.push(event.revision);
    });
    kit.faultOf = () => undefined;
    await kit.clock.advance("1m");
    // Once it has a value, its hash may be the lowest, and then it is the one that tries the new revision.
    expect([late.index.snapshot().state, loads[0]]).toEqual(["READY", "v1"]);
  });

  test("if the announced one is rejected too, a replica that joins loads neither", async () => {
    const kit = await createKit(4);
    kit.announced = "bad2";
    await kit.clock.advance("5m");
    kit.faultOf = (revision) => (revision === "v1" ? new SourceError("missing", "there is no such object") : undefined);
    const late = kit.add();
    await kit.clock.advance("5m");
    expect(late.index.snapshot()).toMatchObject({ state: "NOT_LOADED", lastError: { error: { kind: "missing" } } });
    kit.announced = "v3";
    await kit.clock.advance("2m");
    expect(late.index.snapshot()).toMatchObject({ state: "READY", revision: "v3" });
  });
});

test.each([
  [1, 4],
  [3, 3],
  [3, 4],
  [10, 3],
])("of %d replicas one whose calls fail now and then does not stop a rollout: one of %d", async (count, every) => {
  const kit = await createKit(count, { soak: "1m" });
  let calls = 0;
  kit.isCut = (replica) => replica === kit.replicas[0] && ++calls % every === 0;
  kit.announced = "v2";
  await kit.clock.advance("2h");
  expect(kit.held()).toEqual({ v2: count });
  expect(await planOf(kit)).toMatchObject({ stable: "v2" });
});
