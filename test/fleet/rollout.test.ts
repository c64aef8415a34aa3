import { describe, expect, test } from "vitest";
import { pinRevision, unpinRevision } from "../../src/fleet/index.ts";
import { stepPlan } from "../../src/fleet/rollout-plan.ts";
import { createKit } from "./rollout-kit.ts";

describe("rollout (FLEET 3)", () => {
  test("the first revision of a group is taken by everybody", async () => {
    const kit = await createKit(12);
    expect(kit.held()).toEqual({ v1: 12 });
  });

  test("a replica in which ok() failed once reports a later revision that validate rejects", async () => {
    const kit = await createKit(1, { ok: ({ revision }) => revision !== "v2", soak: "1m" });
    kit.announced = "v2";
    await kit.clock.advance("5m");
    kit.announced = "v3";
    await kit.clock.advance("5m");
    expect(kit.held()).toEqual({ v3: 1 });
    kit.announced = "bad v4";
    await kit.clock.advance("5m");
    const [replica] = kit.replicas;
    expect(replica?.rejections.map(({ revision }) => revision)).toEqual(["v2", "bad v4"]);
    expect(replica?.index.snapshot()).toMatchObject({ state: "READY", revision: "v3", behind: "bad v4" });
  });

  test("a new revision is taken by one, then by a quarter more after each soak", async () => {
    const kit = await createKit(12);
    kit.announced = "v2";
    await kit.clock.advance("2m");
    expect(kit.held()).toEqual({ v1: 11, v2: 1 });
    expect(kit.behind().filter((revision) => revision === "v2")).toHaveLength(11);
    expect(kit.replicas.every(({ index }) => index.snapshot().state === "READY")).toBe(true);
    await kit.clock.advance("10m");
    expect(kit.held()).toEqual({ v1: 8, v2: 4 });
    await kit.clock.advance("11m");
    expect(kit.held()).toEqual({ v1: 5, v2: 7 });
    await kit.clock.advance("35m");
    expect(kit.held()).toEqual({ v2: 12 });
    expect(new Set(kit.behind())).toEqual(new Set([undefined]));
  });

  test("first sets how many take a new revision, and the name of the revision decides which", async () => {
    const kit = await createKit(12, { first: 3, then: "50%" });
    const takers = (): readonly number[] =>
      kit.replicas.flatMap(({ index }, at) => (index.peek()?.revision === kit.announced ? [at] : []));
    const seen = new Set<string>();
    for (const revision of ["v2", "v3", "v4", "v5"]) {
      kit.announced = revision;
      await kit.clock.advance("5m");
      expect(takers()).toHaveLength(3);
      seen.add(takers().join());
    }
    expect(seen.size).toBeGreaterThan(1);
    await kit.clock.advance("10m");
    expect(takers()).toHaveLength(9);
  });

  test("a pin of the revision that is on trial takes it everywhere at once, without a soak", async () => {
    const kit = await createKit(8);
    kit.announced = "v2";
    await kit.clock.advance("2m");
    expect(kit.held()).toEqual({ v1: 7, v2: 1 });
    await pinRevision(kit.store(), { group: "matcher", resource: "index", revision: "v2" });
    await kit.clock.advance("40s");
    expect(kit.held()).toEqual({ v2: 8 });
  });

  test("a revision that validate rejects reaches one replica, and its publisher is told once", async () => {
    const kit = await createKit(40);
    kit.announced = "bad2";
    await kit.clock.advance("20m");
    expect(kit.held()).toEqual({ v1: 40 });
    // Nobody ages because of it, the replica that refused it neither.
    expect(kit.replicas.map(({ index }) => index.snapshot().state)).toEqual(kit.replicas.map(() => "READY"));
    const told = kit.replicas.flatMap(({ rejections }) => rejections);
    expect(told.map(({ name, revision }) => ({ name, revision }))).toEqual([{ name: "index", revision: "bad2" }]);
    kit.announced = "v3";
    await kit.clock.advance("2m");
    expect(kit.held()).toEqual({ v1: 39, v3: 1 });
  });

  test.each([
    ["gives false", () => false],
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no"))],
  ])("a revision for which ok() %s goes back where it was taken", async (_, fails) => {
    let isBad = false;
    const kit = await createKit(8, { ok: ({ revision }) => (isBad && revision === "v2" ? fails() : undefined) });
    kit.announced = "v2";
    await kit.clock.advance("5m");
    expect(kit.held()).toEqual({ v1: 7, v2: 1 });
    isBad = true;
    await kit.clock.advance("1m");
    expect(kit.held()).toEqual({ v1: 8 });
    expect(kit.replicas.flatMap(({ rejections }) => rejections).map(({ revision }) => revision)).toEqual(["v2"]);
    await kit.clock.advance("1h");
    expect(kit.held()).toEqual({ v1: 8 });
  });

  test("a source that cannot go back keeps what it has, and nobody else takes it", async () => {
    const kit = await createKit(6, { ok: ({ revision }) => revision !== "v2" }, false);
    kit.announced = "v2";
    await kit.clock.advance("1h");
    expect(kit.held()).toEqual({ v1: 5, v2: 1 });
  });

  test("a replica that comes during a soak takes what was rolled out, and a canary that dies is replaced", async () => {
    const kit = await createKit(6);
    kit.announced = "v2";
    await kit.clock.advance("2m");
    const canary = kit.replicas.find(({ index }) => index.peek()?.revision === "v2");
    const late = kit.add();
    await kit.clock.advance("10s");
    expect(late.index.peek()?.revision).toBe("v1");
    void canary?.health.close();
    kit.replicas.splice(canary ? kit.replicas.indexOf(canary) : 0, 1);
    await kit.clock.advance("2m");
    expect(kit.held()["v2"]).toBe(1);
  });

  test("a newer revision during a soak starts anew, and one that is withdrawn makes the canary go back", async () => {
    const kit = await createKit(6);
    kit.announced = "v2";
    await kit.clock.advance("2m");
    kit.announced = "v1";
    await kit.clock.advance("2m");
    expect(kit.held()).toEqual({ v1: 6 });
    kit.announced = "v2";
    await kit.clock.advance("8m");
    kit.announced = "v3";
    await kit.clock.advance("9m");
    expect(kit.held()["v3"]).toBe(1);
    await kit.clock.advance("2h");
    expect(kit.held()).toEqual({ v3: 6 });
  });

  test("while the store is gone nothing new is taken for three soaks, then everybody takes it, and nobody goes back", async () => {
    const kit = await createKit(6);
    kit.isGone = true;
    await kit.clock.advance("1m");
    kit.announced = "v2";
    await kit.clock.advance("28m");
    expect(kit.held()).toEqual({ v1: 6 });
    await kit.clock.advance("3m");
    expect(kit.held()).toEqual({ v2: 6 });
    kit.isGone = false;
    await kit.clock.advance("5m");
    expect(kit.held()).toEqual({ v2: 6 });
    kit.announced = "v3";
    await kit.clock.advance("2m");
    expect(kit.held()).toEqual({ v2: 5, v3: 1 });
  });

  test("after a flush in mid-soak the trial starts anew, and nobody goes back", async () => {
    const kit = await createKit(6);
    kit.announced = "v2";
    await kit.clock.advance("2m");
    kit.flush();
    await kit.clock.advance("5m");
    expect(kit.held()).toEqual({ v1: 5, v2: 1 });
    await kit.clock.advance("2h");
    expect(kit.held()).toEqual({ v2: 6 });
  });

  test("after a flush the store learns what is rolled out, although nothing new is announced", async () => {
    const kit = await createKit(5);
    const plans = async (): Promise<readonly (string | undefined)[]> =>
      (await kit.store().read("matcher")).notes.map(({ text }) => text);
    await kit.clock.advance("2m");
    expect(await plans()).toEqual([expect.stringContaining('"stable":"v1"')]);
    kit.flush();
    await kit.clock.advance("3m");
    expect(await plans()).toEqual([expect.stringContaining('"stable":"v1"')]);
    expect(kit.held()).toEqual({ v1: 5 });
  });

  test("a pin is taken at each next load without soak, survives a flush, and ends by unpin", async () => {
    const kit = await createKit(5);
    const [one] = kit.replicas;
    kit.announced = "v2";
    await kit.clock.advance("2m");
    await one?.load.pin("v2");
    await kit.clock.advance("1m");
    expect(kit.held()).toEqual({ v2: 5 });
    await one?.load.pin("v0");
    await kit.clock.advance("1m");
    expect(kit.held()).toEqual({ v0: 5 });
    // The load after the one that took it says what is announced.
    await kit.clock.advance("40s");
    expect(new Set(kit.behind())).toEqual(new Set(["v2"]));
    kit.flush();
    await kit.clock.advance("10m");
    expect(kit.held()).toEqual({ v0: 5 });
    await kit.add().index.get();
    expect(kit.held()).toEqual({ v0: 6 });
    await one?.load.unpin();
    await kit.clock.advance("3h");
    expect(kit.held()).toEqual({ v2: 6 });
  });

  test.each([
    ["v2", 5, 1, { stable: "v1", trial: "v2" }],
    ["v2", 3, 3, { stable: "v1", trial: "v2" }],
    ["v2", 1, 5, { stable: "v2", trial: undefined }],
    [undefined, 3, 3, { stable: undefined, trial: undefined }],
    [undefined, 5, 1, { stable: "v1", trial: undefined }],
  ])("without a plan, if %s is announced, what %i have and not %i counts as rolled out", (announced, v1, v2, said) => {
    const held = [...Array.from({ length: v2 }, () => "v2"), ...Array.from({ length: v1 }, () => "v1")];
    const members = held.map((revision, at) => ({ replica: `r${at}`, held: revision, free: false }));
    const plan = stepPlan(undefined, { members, nowMs: 0, announced }, { first: 1, percent: 25, soakMs: 60_000 });
    expect({ stable: plan.stable, trial: plan.trial?.revision }).toEqual(said);
  });

  test("the replica that sets a pin obeys it a tenth of refreshEvery after its last load, the others at their next load", async () => {
    const kit = await createKit(5);
    const [one] = kit.replicas;
    // Its next load is far away.
    while ((one?.index.snapshot().nextAttemptAt ?? 0) < kit.clock.wall() + 20_000) await kit.clock.advance("1s");
    const pin = one?.load.pin("v0");
    await kit.clock.advance("4s");
    await pin;
    expect(one?.index.peek()).toEqual({ revision: "v0" });
    expect(kit.held()["v1"]).toBeGreaterThan(0);
    await kit.clock.advance("40s");
    expect(kit.held()).toEqual({ v0: 5 });
  });

  const order = { group: "matcher", resource: "index" };

  test("an unpin within the beat after a failover that lost the pin reaches every replica", async () => {
    const kit = await createKit(5);
    await pinRevision(kit.store(), { ...order, revision: "v0" });
    await kit.clock.advance("1m");
    expect(kit.held()).toEqual({ v0: 5 });
    kit.flush();
    // No replica has reported since.
    await unpinRevision(kit.store(), order);
    await kit.clock.advance("3h");
    expect(kit.held()).toEqual({ v1: 5 });
  });

  test("a pin within the beat after a failover that lost another pin reaches every replica", async () => {
    const kit = await createKit(5);
    for (const revision of ["v8", "v9", "v0"]) await pinRevision(kit.store(), { ...order, revision });
    await kit.clock.advance("1m");
    expect(kit.held()).toEqual({ v0: 5 });
    kit.flush();
    await pinRevision(kit.store(), { ...order, revision: "v7" });
    await kit.clock.advance("5m");
    expect(kit.held()).toEqual({ v7: 5 });
  });

  test("a pin that the store lost is put back, also when the first attempts fail", async () => {
    const kit = await createKit(5);
    await pinRevision(kit.store(), { ...order, revision: "v0" });
    await kit.clock.advance("1m");
    kit.flush();
    kit.isReadOnly = true;
    await kit.clock.advance("20s");
    kit.isReadOnly = false;
    await kit.clock.advance("10s");
    expect((await kit.store().read("matcher")).notes.find(({ name }) => name === "pin:index")?.text).toMatch(/"v0"/);
    kit.add();
    await kit.clock.advance("5m");
    expect(kit.held()).toEqual({ v0: 6 });
  });
});
