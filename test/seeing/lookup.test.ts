import { expect, test, vi } from "vitest";
import { createHealth } from "../../src/index.ts";
import { registryOf } from "../../src/health/registry-of.ts";
import { createForgetting, createLookup } from "../../src/observe/ended-load.ts";

test("a look-up finds each resource under its name, a new one under a freed name, and none that is closed", () => {
  const health = createHealth();
  const lookUp = createLookup(registryOf(health));
  expect(lookUp("index")).toBeUndefined();
  const first = health.resource("index", { load: () => 1 });
  expect(lookUp("index")?.name).toBe("index");
  first.close();
  expect(lookUp("index")).toBeUndefined();
  const limits = { refreshEvery: "7s" } as const;
  health.resource("index", { load: () => 1, ...limits });
  expect(lookUp("index")?.limits.refreshEvery).toBe(7_000);
});

test("10,000 resources are known after a handful of walks, whether they come at once or one by one", () => {
  for (const isOneByOne of [true, false]) {
    const health = createHealth();
    const registry = registryOf(health);
    const lookUp = createLookup(registry);
    const walk = vi.spyOn(registry, "resources", "get");
    const names = Array.from({ length: 10_000 }, (_, n) => `tenant-${n}`);
    for (const name of names) {
      health.resource(name, { load: () => 1 });
      if (isOneByOne && name.endsWith("000")) lookUp(name);
    }
    for (const name of names) expect(lookUp(name)?.name).toBe(name);
    for (const name of names) lookUp(name);
    expect(walk.mock.calls.length).toBeLessThan(isOneByOne ? 5_100 : 3);
  }
});

test("names of closed resources are forgotten once they are the most, and live ones never", () => {
  const health = createHealth();
  const names = new Map<string, number>();
  const forget = createForgetting(registryOf(health), [names]);
  const kept = health.resource("kept", { load: () => 1 });
  for (let n = 0; n < 1_000; n++) {
    names.set(`tenant-${n}`, n);
    names.set(kept.name, n);
    forget();
    expect(names.size).toBeLessThan(110);
    expect(names.get(kept.name)).toBe(n);
  }
});
