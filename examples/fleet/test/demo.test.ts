import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProgram } from "../src/process/program.ts";
import type { View } from "../src/view.ts";
import { build, startDemo, survivorsOf, type Demo } from "./demo-process.ts";

const missing = ["redis-server", "haproxy"].filter((name) => findProgram(name) === undefined);
if (missing.length) console.log(`skipped with Redis and HAProxy: ${missing.join(" and ")} not installed`);
const hasProc = existsSync("/proc/self/stat");

const KINDS = [
  ["Redis and HAProxy", missing.length === 0, "", "SIGKILL"],
  ["nothing but Node", true, "redis,haproxy", "SIGTERM"],
] as const;

const standings = ({ replicas }: View): readonly string[] => replicas.map(({ standing }) => standing).sort();
const areAll =
  (standing: string) =>
  ({ replicas }: View): boolean =>
    replicas.every((replica) => replica.standing === standing);

beforeAll(() => build());

describe.each(KINDS)("with %s", (_, isThere, without, signal) => {
  describe.skipIf(!isThere)("the demo", { timeout: 400_000 }, () => {
    let demo: Demo;
    beforeAll(async () => {
      demo = await startDemo(without);
      await demo.until("all are in and bread is sold", (view) => areAll("in")(view) && view.traffic.total.sold > 0);
    }, 400_000);
    afterAll(() => demo?.end("SIGKILL"));

    test("the source is killed: one replica leaves, four are held in, and no customer is refused", async () => {
      const before = await demo.view();
      expect(await demo.press("kill/source")).toBe(200);
      const view = await demo.until(
        "one is on leave and the balancer knows it",
        (seen) => standings(seen).join() === "held in,held in,held in,held in,on leave" && seen.inNow === 4,
      );
      expect(view.inAlone).toBe(0);
      expect(view.traffic.total.sold).toBeGreaterThan(before.traffic.total.sold);
      expect(view.traffic.total.refused).toBe(before.traffic.total.refused);
    });

    test("then the store is killed: the leave ends, and all five stay in", async () => {
      expect(await demo.press("kill/store")).toBe(200);
      const view = await demo.until(
        "all are in without the store",
        (seen) => areAll("held in")(seen) && seen.inNow === 5,
      );
      expect(view.store.group).toBeUndefined();
      expect(await demo.press("heal/store")).toBe(200);
      await demo.until("one leaves again", (seen) => standings(seen).includes("on leave"));
      expect(await demo.press("heal/source")).toBe(200);
      await demo.until("all are fresh", areAll("in"));
    });

    test("a bad revision is taken by one replica alone, which goes back, and a good one goes round", async () => {
      await demo.until("the store knows what is rolled out", ({ store }) => store.group?.stable === "v1");
      expect(await demo.press("publish/bad")).toBe(200);
      const bad = await demo.until("v2 is refused, and nobody holds it", ({ store, replicas }) =>
        Boolean(
          store.group?.refused.some(({ revision }) => revision === "v2") &&
          replicas.every(({ facts }) => facts?.revision === "v1" && facts.behind === "v2"),
        ),
      );
      expect(bad.lines.filter(({ what }) => what === "took v2")).toHaveLength(1);
      expect(bad.traffic.total.givenAway).toBeGreaterThan(0);

      expect(await demo.press("publish/good")).toBe(200);
      await demo.until("v3 is rolled out", ({ store }) => store.group?.stable === "v3");
    });

    test("an empty revision is taken by nobody", async () => {
      expect(await demo.press("publish/empty")).toBe(200);
      const view = await demo.until("v4 is refused", ({ store, replicas }) =>
        Boolean(
          store.group?.refused.some(({ revision }) => revision === "v4") &&
          replicas.every(({ facts }) => facts?.behind === "v4"),
        ),
      );
      expect(view.lines.filter(({ what }) => what === "took v4")).toEqual([]);
    });

    test("a replica that is killed is out, and comes back on its port", async () => {
      expect([await demo.press("kill/r2"), await demo.press("kill/r6")]).toEqual([200, 404]);
      await demo.until("r2 gets no requests", ({ replicas }) =>
        replicas.some(({ name, standing, isServed }) => name === "r2" && standing === "killed" && !isServed),
      );
      expect(await demo.press("heal/r2")).toBe(200);
      await demo.until("r2 gets requests", (view) => areAll("in")(view) && view.inNow === 5);
    });

    test.skipIf(!hasProc)(`its processes end with it, after ${signal}`, async () => {
      const children = demo.children();
      expect(children.length).toBeGreaterThan(5);
      expect(await demo.end(signal)).toBe(signal === "SIGKILL" ? null : 0);
      expect(await survivorsOf(children)).toEqual([]);
    });
  });
});
