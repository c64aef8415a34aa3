import { expect, test } from "vitest";
import { heartbeat } from "../../src/index.ts";
import { createKit, type Kit } from "../resource/kit.ts";

const limits = { refreshEvery: "never", staleAfter: "60s", refuseAfter: "90s" } as const;

const status = (kit: Kit, path = "/status") => kit.health.fetch(new Request(`http://x${path}`));
const words = async (kit: Kit) => [await status(kit).text(), await status(kit, "/status/startup").text()];

test("the worst of several required resources speaks, and one that is not required never does", async () => {
  const kit = createKit(limits);
  kit.health.resource("optional", { load: () => Promise.reject(new Error("down")), required: false });
  kit.health.check("database", { run: () => false, refreshEvery: "5s" });
  await kit.ready();
  expect(await words(kit)).toEqual(["I-AM-ALIVE", "I-AM-ALIVE"]);
  kit.health.resource("second", { load: () => new Promise(() => {}) });
  expect([await status(kit).text(), status(kit).headers.get("health-state")]).toEqual(["INDEX-NOT-LOADED", "LOADING"]);
});

test("case 11: startup latches once every required resource registered by then has loaded; later ones bear on readiness alone", async () => {
  const kit = createKit(limits, { health: { expect: ["index", "second"] } });
  await kit.ready();
  expect(await words(kit)).toEqual(["INDEX-NOT-LOADED", "INDEX-NOT-LOADED"]);
  kit.health.resource("second", { load: () => 1 });
  await kit.clock.settle();
  expect(await words(kit)).toEqual(["I-AM-ALIVE", "I-AM-ALIVE"]);
  kit.health.resource("third", { load: () => new Promise(() => {}) });
  expect(await words(kit)).toEqual(["INDEX-NOT-LOADED", "I-AM-ALIVE"]);
});

test("case 11: a resource registered after start() starts at once", async () => {
  const kit = createKit(limits);
  kit.health.start();
  let loads = 0;
  kit.health.resource("second", { load: () => ++loads });
  await kit.clock.settle();
  expect(loads).toBe(1);
});

test("once startup has answered 200 it never answers 503 again, though nothing required was registered", async () => {
  const kit = createKit({ ...limits, required: false });
  kit.health.check("database", { run: () => true, refreshEvery: "5s", required: true });
  await kit.ready();
  expect(await words(kit)).toEqual(["I-AM-ALIVE", "I-AM-ALIVE"]);
  kit.health.resource("second", { load: () => new Promise(() => {}) });
  expect(await words(kit)).toEqual(["INDEX-NOT-LOADED", "I-AM-ALIVE"]);
});

test("case 12: expected names must be registered before readiness, and another name may be", async () => {
  const kit = createKit(limits, { health: { expect: ["other"] } });
  await kit.ready();
  expect(status(kit).status).toBe(503);
  const other = kit.health.resource("other", { load: () => 1, required: false });
  expect(status(kit).status).toBe(200);
  other.close();
  expect(status(kit).status).toBe(503);
});

test("case 15: refuseAfter never serves an invalidated value and one of any age", async () => {
  const kit = createKit({ ...limits, refuseAfter: "never" });
  await kit.ready();
  kit.index.invalidate();
  expect([status(kit).status, status(kit).headers.get("health-state")]).toEqual([200, "STALE"]);
  await kit.clock.advance(1e10);
  expect(status(kit).status).toBe(200);
  kit.index.unload();
  expect(status(kit).status).toBe(503);
});

test("readiness refuses by age alone: an invalidated value is STALE and served until it is old", async () => {
  const kit = createKit({ ...limits, refuseAfter: "60s", timeout: "1d" });
  await kit.ready();
  kit.index.invalidate();
  expect([status(kit).status, status(kit).headers.get("health-state")]).toEqual([200, "STALE"]);
  await kit.clock.advance(60_001);
  expect(await status(kit).text()).toBe("INDEX-STALE");
});

test("retry-after is the earliest planned attempt among the required, at least 1 and at most 30, and 5 where none is planned", async () => {
  const kit = createKit({ refreshEvery: "1h", timeout: "1d" }, { random: () => 0.999999999 });
  const after = (): string | null => status(kit).headers.get("retry-after");
  expect(after()).toBe("1");
  await kit.clock.settle();
  expect(after()).toBe("5");
  for (const seconds of ["1", "2", "4", "8", "16", "30", "30"]) {
    await kit.fail();
    expect(after()).toBe(seconds);
    await kit.clock.advance(Number(seconds) * 1_000);
  }
  kit.health.resource("second", { load: () => Promise.reject(new Error("down")) });
  await kit.clock.settle();
  expect(after()).toBe("1");
});

test("whenReady() answers late callers too, and resolves when the one that stands in the way is closed", async () => {
  const kit = createKit(limits);
  const second = kit.health.resource("second", { load: () => new Promise(() => {}) });
  const first = kit.health.whenReady();
  await kit.clock.settle();
  await kit.load();
  let ready = 0;
  void first.then(() => ready++);
  await kit.clock.settle();
  expect(ready).toBe(0);
  second.close();
  await first;
  await kit.health.whenReady();
  await expect(kit.health.whenReady({ signal: AbortSignal.abort() })).resolves.toBeUndefined();
});

test("rule 1: whenReady() is not answered by one resource while another has grown too old in a freeze", async () => {
  const kit = createKit({ ...limits, refreshEvery: "30s" });
  let resolve: (value: number) => void = () => {};
  kit.health.resource("second", { load: () => new Promise<number>((settle) => (resolve = settle)) });
  await kit.ready();
  let ready = 0;
  void kit.health.whenReady().then(() => ready++);
  kit.clock.freeze(100_000);
  resolve(1);
  await kit.clock.settle();
  expect([ready, status(kit).status]).toEqual([0, 503]);
  await kit.load();
  expect([ready, status(kit).status]).toEqual([1, 200]);
});

test("whenReady() waits with its own signal, and is refused in a drain", async () => {
  const kit = createKit(limits);
  await expect(kit.health.whenReady({ signal: AbortSignal.abort(new Error("gone")) })).rejects.toMatchObject({
    reason: "aborted",
  });
  const waiting = kit.health.whenReady();
  kit.health.drain();
  await expect(waiting).rejects.toMatchObject({ reason: "draining" });
  await expect(kit.health.whenReady()).rejects.toMatchObject({ reason: "draining" });
  await expect(kit.index.get()).rejects.toMatchObject({ reason: "draining" });
});

test("a heartbeat is judged by monotonic time alone: neither a freeze nor a clock that is set wedges", async () => {
  const kit = createKit(limits);
  const beat = heartbeat(kit.health, "consumer", { within: "30s" });
  beat();
  kit.clock.freeze(3_600_000);
  kit.clock.jump(3_600_000);
  expect(status(kit, "/status/live").status).toBe(200);
  kit.clock.jump(-7_200_000);
  await kit.clock.advance(30_001);
  expect(status(kit, "/status/live").status).toBe(503);
  beat();
  expect(status(kit, "/status/live").status).toBe(200);
});

test.each<readonly [string, (kit: Kit) => unknown]>([
  ["start()", ({ health }) => health.start()],
  ["get()", ({ index }) => void index.get()],
  ["reload()", ({ index }) => void index.reload()],
  ["whenReady()", ({ health }) => void health.whenReady()],
  ["a readiness probe", (kit) => status(kit)],
  ["a startup probe", (kit) => status(kit, "/status/startup")],
  ["a liveness probe", (kit) => status(kit, "/status/live")],
])("%s begins the loads of all, and a second time nothing", async (_name, ask) => {
  const kit = createKit(limits);
  let others = 0;
  kit.health.resource("second", { load: () => ++others });
  kit.index.peek();
  kit.index.snapshot();
  kit.index.invalidate();
  kit.index.unload();
  await kit.clock.settle();
  expect([kit.loader.calls.length, others]).toEqual([0, 0]);
  ask(kit);
  kit.health.start();
  await kit.clock.settle();
  expect([kit.loader.calls.length, others]).toEqual([1, 1]);
});
