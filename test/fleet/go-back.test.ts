import { afterEach, expect, test } from "vitest";
import {
  fleet,
  memoryFleet,
  pinRevision,
  retryRevision,
  rollout,
  unpinRevision,
  type FleetStore,
} from "../../src/fleet/index.ts";
import {
  byVersion,
  createHealth,
  createStore,
  SourceError,
  type Health,
  type Resource,
  type Store,
} from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";

// Each row of the table "Which loaders can go back" in docs/guide/fleets.md.

const healths: Health[] = [];
afterEach(async () => {
  for (const health of healths.splice(0)) await health.close();
});

interface Value {
  readonly revision: string;
}

/** A store that keeps a revision. */
function storeIn(stored: { revision?: string | undefined }): Store<Value> {
  return createStore<Value>({
    restore({ now }) {
      const { revision } = stored;
      return Promise.resolve(
        revision === undefined
          ? undefined
          : { value: { revision }, revision, checkedAt: now, asOf: undefined, origin: "store" as const },
      );
    },
    save({ revision }) {
      stored.revision = revision;
      return Promise.resolve(undefined);
    },
    stamp: () => Promise.resolve(undefined),
    remove() {
      stored.revision = undefined;
      return Promise.resolve();
    },
  });
}

/** A group whose source offers one revision. */
class Service {
  readonly clock = createVirtualClock();
  readonly store: FleetStore = memoryFleet({ clock: this.clock });
  offered = "v1";
  isBad = (_revision: string): boolean => false;
  isMissing = (_revision: string): boolean => false;
  readonly canGoBack: boolean;

  constructor(canGoBack: boolean) {
    this.canGoBack = canGoBack;
  }

  /** Starts a replica with what its stores hold. */
  start(stored: { revision?: string | undefined } = {}): Resource<object> {
    const group = fleet(this.store, { group: "matcher" });
    const health = createHealth({ clock: this.clock, fleet: group });
    healths.push(health);
    health.subscribe(() => {});
    const source = byVersion({
      version: () => ({ revision: this.offered }),
      load: (revision: string) => {
        if (this.isMissing(revision)) throw new SourceError("missing", "there is no such object");
        return { revision: this.canGoBack ? revision : this.offered };
      },
      addressed: this.canGoBack,
    });
    const load = rollout(source, { fleet: group, soak: "10m", ok: ({ revision }) => !this.isBad(revision) });
    const index = health.resource("index", { load, refreshEvery: "30s", lastKnownGood: storeIn(stored) });
    health.start();
    return index;
  }

  /** Starts some replicas, and waits until the fleet has rolled out their revision. */
  async startSome(count: number): Promise<readonly Resource<object>[]> {
    const replicas = Array.from({ length: count }, () => this.start());
    await this.clock.advance("2m");
    return replicas;
  }
}

const revisionsOf = (replicas: readonly Resource<object>[]): readonly (string | undefined)[] =>
  replicas.map((index) => index.snapshot().revision).sort((one = "", other = "") => one.localeCompare(other));

test.each([
  [true, ["v1", "v1", "v1"]],
  [false, ["v1", "v1", "v2"]],
])("after ok() failed, a replica goes back only if its loader can: %s", async (canGoBack, held) => {
  const service = new Service(canGoBack);
  const replicas = await service.startSome(3);
  service.offered = "v2";
  await service.clock.advance("2m");
  expect(revisionsOf(replicas)).toEqual(["v1", "v1", "v2"]);
  service.isBad = (revision) => revision === "v2";
  await service.clock.advance("2m");
  expect(revisionsOf(replicas)).toEqual(held);
  service.offered = "v3";
  await service.clock.advance("60m");
  expect(revisionsOf(replicas)).toEqual(["v3", "v3", "v3"]);
});

test.each([
  [true, "v1", "v1"],
  [false, "v2", undefined],
])("a replica without a value starts during a rollout, and after a rejection: %s", async (canGoBack, first, later) => {
  const service = new Service(canGoBack);
  await service.startSome(3);
  service.offered = "v2";
  await service.clock.advance("2m");
  const early = service.start();
  await service.clock.advance("10s");
  expect(early.snapshot().revision).toBe(first);
  service.isBad = (revision) => revision === "v2";
  await service.clock.advance("2m");
  const late = service.start();
  await service.clock.advance("1m");
  expect([late.snapshot().state, late.snapshot().revision]).toEqual([later ? "READY" : "NOT_LOADED", later]);
});

test.each([
  [true, "v1", "v1"],
  [false, "v2", undefined],
])("an older revision is pinned: %s", async (canGoBack, held, ofNew) => {
  const service = new Service(canGoBack);
  service.offered = "v2";
  const [one] = await service.startSome(1);
  await pinRevision(service.store, { group: "matcher", resource: "index", revision: "v1" });
  await service.clock.advance("2m");
  expect(one?.snapshot().revision).toBe(held);
  const late = service.start();
  await service.clock.advance("2m");
  expect(late.snapshot().revision).toBe(ofNew);
});

test.each([
  [true, "v1"],
  [false, undefined],
])("a revision that the fleet rejects is removed from the stores (DATA 4): %s", async (canGoBack, kept) => {
  const service = new Service(canGoBack);
  const stores = [{}, {}, {}].map((stored: { revision?: string }) => ({ stored, index: service.start(stored) }));
  await service.clock.advance("2m");
  service.offered = "v2";
  await service.clock.advance("2m");
  const taker = stores.find(({ stored }) => stored.revision === "v2");
  expect(taker?.index.snapshot().revision).toBe("v2");
  service.isBad = (revision) => revision === "v2";
  // Later loads confirm the value that is in use, and do not save it again.
  await service.clock.advance("10m");
  expect(taker?.stored.revision).toBe(kept);
  // A process that ended before the rejection still has it.
  const late = { revision: "v2" };
  service.start(late);
  await service.clock.advance("10m");
  expect(late.revision).toBe(kept);
  service.offered = "v3";
  await service.clock.advance("60m");
  expect([taker?.stored.revision, late.revision]).toEqual(["v3", "v3"]);
});

test("a revision that the fleet tries again is saved again, also if it was in use all the time", async () => {
  const service = new Service(false);
  const stores = [{}, {}, {}].map((stored: { revision?: string }) => ({ stored, index: service.start(stored) }));
  await service.clock.advance("2m");
  service.offered = "v2";
  service.isBad = (revision) => revision === "v2";
  await service.clock.advance("10m");
  expect(stores.filter(({ stored }) => stored.revision === undefined)).toHaveLength(1);
  service.isBad = () => false;
  await retryRevision(service.store, { group: "matcher", resource: "index", revision: "v2" });
  await service.clock.advance("60m");
  expect(stores.map(({ stored }) => stored.revision)).toEqual(["v2", "v2", "v2"]);
});

test("a rejected revision that is pinned is saved, and makes no load more frequent", async () => {
  const service = new Service(true);
  const stored: { revision?: string } = {};
  const index = service.start(stored);
  await service.clock.advance("2m");
  service.offered = "v2";
  service.isBad = (revision) => revision === "v2";
  await service.clock.advance("30m");
  expect([index.snapshot().revision, stored.revision]).toEqual(["v1", "v1"]);
  await pinRevision(service.store, { group: "matcher", resource: "index", revision: "v2" });
  await service.clock.advance("5m");
  expect([index.snapshot().revision, stored.revision]).toEqual(["v2", "v2"]);
  let loads = 0;
  index.subscribe(({ type }) => void (type === "load" && loads++));
  await service.clock.advance("10m");
  expect(loads).toBeLessThan(30);
  await unpinRevision(service.store, { group: "matcher", resource: "index" });
  await service.clock.advance("5m");
  expect([index.snapshot().revision, stored.revision]).toEqual(["v1", "v1"]);
});

test("the older revision is missing, during a rollout and after a rejection", async () => {
  const service = new Service(true);
  const replicas = await service.startSome(3);
  service.isMissing = (revision) => revision === "v1";
  service.offered = "v2";
  await service.clock.advance("2m");
  const early = service.start();
  await service.clock.advance("10s");
  expect(early.snapshot().revision).toBe("v2");
  const [taker] = replicas.filter((index) => index.snapshot().revision === "v2");
  service.isBad = (revision) => revision === "v2";
  await service.clock.advance("10m");
  const late = service.start();
  await service.clock.advance("1m");
  // The bad value stays in use, and becomes older because the loads fail.
  for (const index of [taker, early])
    expect(index?.snapshot()).toMatchObject({
      state: "STALE",
      revision: "v2",
      lastError: { error: { kind: "missing" } },
    });
  expect(late.snapshot().state).toBe("NOT_LOADED");
  service.offered = "v3";
  await service.clock.advance("60m");
  expect(revisionsOf([...replicas, early, late])).toEqual(["v3", "v3", "v3", "v3", "v3"]);
});

test("a missing revision is pinned", async () => {
  const service = new Service(true);
  service.isMissing = (revision) => revision === "v0";
  const [one] = await service.startSome(1);
  await pinRevision(service.store, { group: "matcher", resource: "index", revision: "v0" });
  await service.clock.advance("10m");
  const late = service.start();
  await service.clock.advance("1m");
  expect(one?.snapshot()).toMatchObject({ state: "STALE", revision: "v1", lastError: { error: { kind: "missing" } } });
  expect(late.snapshot().state).toBe("NOT_LOADED");
});
