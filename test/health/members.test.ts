import { describe, expect, test } from "vitest";
import { createHealth } from "../../src/index.ts";
import { Members } from "../../src/health/members.ts";
import { managedResourceOf } from "../../src/resource/managed-resource-of.ts";
import type { ManagedResource } from "../../src/resource/managed-resource.ts";
import { createVirtualClock, force } from "../../src/testing/index.ts";

let count = 0;

/** A resource that has loaded nothing. */
function resource(name = `r${++count}`, required = true): ManagedResource<unknown> {
  const health = createHealth({ clock: createVirtualClock() });
  return managedResourceOf(health.resource<unknown>(name, { load: () => ({}), required }));
}

describe("the members of a health", () => {
  test("a health without members is ready", () => {
    const members = new Members([]);
    expect([members.resources, members.missing, members.worst, members.worstAt(0), members.nextAttemptAt]).toEqual([
      [],
      [],
      "ready",
      "ready",
      Infinity,
    ]);
  });

  test("a bad name that is expected is refused", () => {
    expect(() => new Members(["No"])).toThrow('expect is "No". Pass a name such as "index"');
  });

  test("a name that is expected counts as not loaded until it is registered, and again when it leaves", () => {
    const members = new Members(["a", "b"]);
    expect([members.missing, members.worst, members.worstAt(0)]).toEqual([["a", "b"], "notLoaded", "notLoaded"]);
    const [a, b] = [resource("a", false), resource("b", false)];
    members.add(a, false);
    expect([members.missing, members.worst]).toEqual([["b"], "notLoaded"]);
    members.add(b, false);
    expect([members.missing, members.worst, members.worstAt(0)]).toEqual([[], "ready", "ready"]);
    expect(members.startup.isDone()).toBe(true);
    const member = members.of(a);
    if (member) members.remove(member);
    expect([members.missing, members.worst, members.startup.isDone()]).toEqual([["a"], "notLoaded", false]);
  });

  test("a taken name and a bad one are refused", () => {
    const members = new Members([]);
    members.add(resource("a"), true);
    expect(() => members.checkFree("a")).toThrow(
      expect.objectContaining({
        code: "HS_NAME_TAKEN",
        message: 'health-state: name is "a". Pass a name that is not in use.',
      }),
    );
    expect(() => members.checkFree(5)).toThrow("name is 5. Pass a name such as");
    // What becomes a good name as a text is none.
    expect(() => members.checkFree(["b"])).toThrow("name is an Array. Pass a name such as");
    expect(() => members.checkFree("b")).not.toThrow();
  });

  test("a member is found by its resource, and not by another of its name", () => {
    const members = new Members([]);
    const [one, other] = [resource("same"), resource("same")];
    members.add(one, true);
    expect(members.of(one)?.resource).toBe(one);
    expect(members.resources).toEqual([one]);
    expect([members.of(other), members.of(resource("unknown"))]).toEqual([undefined, undefined]);
  });

  test("a required resource stands in the way until it has loaded, or has left", () => {
    const members = new Members([]);
    const one = resource();
    members.add(one, true);
    expect([members.worst, members.worstAt(0), members.startup.isDone()]).toEqual(["notLoaded", "notLoaded", false]);
    const member = members.of(one);
    if (member) members.remove(member);
    expect([members.worst, members.resources, members.startup.isDone(), members.of(one)]).toEqual([
      "ready",
      [],
      true,
      undefined,
    ]);
  });

  test("startup waits for nothing that does not bear on it", () => {
    const members = new Members([]);
    members.add(resource(), false);
    expect(members.startup.isDone()).toBe(true);
  });

  test.each([true, false])("where no resource is left, startup does not latch, whether it bore on it: %s", (bears) => {
    const members = new Members([]);
    const one = resource();
    members.add(one, bears);
    const member = members.of(one);
    if (member) members.remove(member);
    members.startup.update();
    members.add(resource(), true);
    expect(members.startup.isDone()).toBe(false);
  });

  test("the next attempt is that of a resource that stands in the way, however soon another loads", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    health.subscribe(() => {});
    const options = { refreshEvery: 100, staleAfter: 200 } as const;
    const good = managedResourceOf(health.resource<unknown>("good", { ...options, load: () => ({}) }));
    const bad = managedResourceOf(
      health.resource<unknown>("bad", {
        load: () => {
          throw new Error("down");
        },
      }),
    );
    health.start();
    await clock.settle();
    const members = new Members([]);
    members.add(good, true);
    expect([good.slot.nextAttemptAt < bad.slot.nextAttemptAt, members.nextAttemptAt]).toEqual([true, Infinity]);
    members.add(bad, true);
    expect(members.nextAttemptAt).toBe(bad.slot.nextAttemptAt);
    expect([good, bad].map((one) => members.of(one)?.isBlocking)).toEqual([false, true]);
    await health.close();
  });
});

describe("readiness through the health", () => {
  const limits = { load: () => ({}), refreshEvery: "never", staleAfter: "10s", refuseAfter: "20s" } as const;

  test.each(["a", "b"])("the worst of two counts, whichever it is: %s", async (worse) => {
    const both = createHealth({ clock: createVirtualClock() });
    for (const name of ["a", "b"])
      force(both.resource<unknown>(name, limits), name === worse ? "LOADING" : "READY", {});
    const response = await both.fetch(new Request("http://x/status"));
    expect([response.status, response.headers.get("health-state")]).toEqual([503, "LOADING"]);
  });

  test("retry-after names the first attempt of those that stand in the way", async () => {
    const clock = createVirtualClock();
    const both = createHealth({ clock });
    const down = (): never => {
      throw new Error("down");
    };
    both.resource("a", { ...limits, load: down });
    both.start();
    await clock.settle();
    const seconds = async (): Promise<string | null> =>
      (await both.fetch(new Request("http://x/status"))).headers.get("retry-after");
    expect(await seconds()).toBe("1");
    // One that is not required, and one that loads, plan nothing that counts.
    both.resource("b", { ...limits, load: () => new Promise<object>(() => {}) });
    await clock.settle();
    expect(await seconds()).toBe("1");
    await both.close();
  });
});
