import { expect, test } from "vitest";
import { createHealth } from "../../src/index.ts";
import { GAUGE_NAMES } from "../../src/observe/metric.ts";
import { collect } from "../../src/prometheus/index.ts";
import { LoadCounts } from "../../src/prometheus/load-counts.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { createRegister } from "../seeing/foreign.ts";
import { createScene, load, missing } from "../seeing/kit.ts";
import type { PromClient } from "../seeing/shape.ts";

const ALL = GAUGE_NAMES.length + 3;

test("a registry that breaks at any metric is left without one, and its error is told", () => {
  for (let at = 1; at <= ALL; at++) {
    const { health } = createScene();
    const register = createRegister(at);
    expect(() => collect(health, register)).toThrow("the registry is broken");
    expect([...register.metrics.keys()]).toEqual([]);
    // The registry is well again.
    collect(health, register);
    expect(register.metrics.size).toBe(ALL);
  }
});

test("a name of the service's own that clashes is refused, stays, and nothing is registered beside it", () => {
  const { health } = createScene();
  const register = createRegister();
  const own = { name: "health_state_ready", get: () => Promise.resolve(1), reset: () => {} };
  register.registerMetric(own);
  expect(() => collect(health, register)).toThrow(expect.objectContaining({ code: "HS_NAME_TAKEN" }));
  expect([...register.metrics.values()]).toEqual([own]);
});

test("what a service put in place of a metric stays when collect() ends", () => {
  const { health } = createScene();
  const register = createRegister();
  const end = collect(health, register);
  const own = { name: "health_state_ready", get: () => Promise.resolve(1), reset: () => {} };
  register.removeSingleMetric(own.name);
  register.registerMetric(own);
  end();
  end();
  expect([...register.metrics.values()]).toEqual([own]);
});

test("resources that come and go are forgotten though nobody ever scrapes", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const most: number[] = [];
  const add = LoadCounts.prototype.add;
  LoadCounts.prototype.add = function (...given) {
    add.apply(this, given);
    most.push(this.byName.size);
  };
  collect(health, createRegister());
  health.start();
  for (let n = 0; n < 1_000; n++) {
    const tenant = health.resource(`tenant-${n}`, { load: () => n });
    await clock.settle();
    tenant.close();
  }
  LoadCounts.prototype.add = add;
  expect(most).toHaveLength(1_000);
  expect(Math.max(...most)).toBeLessThan(200);
  await health.close();
});

test.skipIf(missing !== undefined)(
  "a scrape of prom-client says the same before, during and after a closed health",
  async () => {
    const { Registry } = load<PromClient>("prom-client");
    const scene = createScene();
    const register = new Registry();
    collect(scene.health, register);
    scene.health.start();
    await scene.clock.settle();
    await scene.accept("1");
    const scrapes = await Promise.all([register.metrics(), register.metrics(), register.metrics()]);
    expect(new Set(scrapes).size).toBe(1);
    await scene.health.close();
    const after = await register.metrics();
    expect(after).toContain("health_state_draining 1");
    expect(after).toContain("health_state_ready 0");
    expect(after).not.toContain('resource="index"} 1');
  },
);
