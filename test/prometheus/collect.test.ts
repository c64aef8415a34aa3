import { describe, expect, test } from "vitest";
import { borrow, createHealth, heartbeat } from "../../src/index.ts";
import { collect } from "../../src/prometheus/index.ts";
import { createScene, load, missing } from "../seeing/kit.ts";
import type { PromClient, PromRegistry } from "../seeing/shape.ts";

describe.skipIf(missing !== undefined)("collect(), in a registry of prom-client", () => {
  // SAFETY: without it no test of this block runs.
  const { Registry, Counter } = missing === undefined ? load<PromClient>("prom-client") : ({} as PromClient);

  /** The lines of a scrape that are figures. */
  const scrape = async (register: PromRegistry): Promise<readonly string[]> =>
    (await register.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));

  test("gives every fact of a service, and no more", async () => {
    const scene = createScene();
    const { clock, health, index } = scene;
    const register = new Registry();
    collect(health, register, { size: { index: (value: { readonly size: number }) => value.size, other: () => 1 } });
    health.check("database", { run: () => true, refreshEvery: "5s" });
    const beat = heartbeat(health, "loop", { within: "5s" });
    health.start();
    await clock.settle();
    await scene.fail("gone");
    await clock.advance("1s");
    await scene.accept("5");
    const lease = borrow(index);
    await clock.advance("12s");
    const expected = [
      'health_state_resource_state{resource="index",state="NOT_LOADED"} 0',
      'health_state_resource_state{resource="index",state="LOADING"} 0',
      'health_state_resource_state{resource="index",state="READY"} 1',
      'health_state_resource_state{resource="index",state="STALE"} 0',
      'health_state_resource_state{resource="database",state="NOT_LOADED"} 0',
      'health_state_resource_state{resource="database",state="LOADING"} 0',
      'health_state_resource_state{resource="database",state="READY"} 1',
      'health_state_resource_state{resource="database",state="STALE"} 0',
      'health_state_resource_age_seconds{resource="index"} 12.45',
      'health_state_resource_age_seconds{resource="database"} 3',
      'health_state_resource_stale_after_seconds{resource="index"} 65',
      'health_state_resource_stale_after_seconds{resource="database"} 15',
      'health_state_resource_refuse_after_seconds{resource="index"} 600',
      'health_state_resource_size{resource="index"} 5',
      'health_state_resource_generation{resource="index"} 1',
      'health_state_resource_generation{resource="database"} 1',
      'health_state_resource_failures{resource="index"} 0',
      'health_state_resource_failures{resource="database"} 0',
      'health_state_resource_rejected{resource="index"} 0',
      'health_state_resource_rejected{resource="database"} 0',
      'health_state_resource_abandoned{resource="index"} 0',
      'health_state_resource_abandoned{resource="database"} 0',
      'health_state_resource_leases{resource="index"} 1',
      'health_state_resource_leases{resource="database"} 0',
      "health_state_ready 1",
      "health_state_alive 1",
      "health_state_started 1",
      "health_state_draining 0",
      'health_state_heartbeat_overdue{heartbeat="loop"} 0',
      'health_state_loads_total{resource="index",outcome="loaded"} 1',
      'health_state_loads_total{resource="index",outcome="unchanged"} 0',
      'health_state_loads_total{resource="index",outcome="failed"} 1',
      'health_state_loads_total{resource="index",outcome="rejected"} 0',
      'health_state_loads_total{resource="index",outcome="timed-out"} 0',
      'health_state_loads_total{resource="database",outcome="loaded"} 1',
      'health_state_loads_total{resource="database",outcome="unchanged"} 2',
      'health_state_loads_total{resource="database",outcome="failed"} 0',
      'health_state_loads_total{resource="database",outcome="rejected"} 0',
      'health_state_loads_total{resource="database",outcome="timed-out"} 0',
      'health_state_slow_loads_total{resource="index"} 0',
      'health_state_slow_loads_total{resource="database"} 0',
      ...histogram("index", [1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2], 0.45),
      ...histogram(
        "database",
        Array.from({ length: 14 }, () => 3),
        0,
      ),
    ];
    expect([...(await scrape(register))].sort()).toEqual(expected.sort());
    lease?.release();
    beat();
    await clock.advance("6s");
    health.drain();
    const after = await scrape(register);
    expect(after).toContain("health_state_ready 0");
    expect(after).toContain("health_state_alive 0");
    expect(after).toContain("health_state_draining 1");
    expect(after).toContain('health_state_heartbeat_overdue{heartbeat="loop"} 1');
    expect(after).toContain('health_state_resource_leases{resource="index"} 0');
    await health.close();
  });

  const BOUNDS = ["0.005", "0.025", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30", "60", "120", "300", "+Inf"];

  function histogram(resource: string, counts: readonly number[], sum: number): readonly string[] {
    const name = "health_state_load_duration_seconds";
    return [
      ...BOUNDS.map((le, n) => `${name}_bucket{resource="${resource}",le="${le}"} ${counts[n]}`),
      `${name}_sum{resource="${resource}"} ${sum}`,
      `${name}_count{resource="${resource}"} ${counts.at(-1)}`,
    ];
  }

  test("counts a slow load, as the log calls one slow", async () => {
    const scene = createScene();
    const register = new Registry();
    collect(scene.health, register);
    scene.health.start();
    await scene.clock.settle();
    await scene.clock.advance("10s");
    await scene.accept("1");
    const slow = 'health_state_slow_loads_total{resource="index"}';
    expect(await scrape(register)).toContain(`${slow} 0`);
    await scene.clock.advance("20s");
    await scene.clock.advance(10_001);
    await scene.accept("1");
    expect(await scrape(register)).toContain(`${slow} 1`);
  });

  test("forgets a resource that is closed, so that no label grows without bound", async () => {
    const health = createHealth();
    const register = new Registry();
    collect(health, register);
    for (let n = 0; n < 100; n++) {
      const one = health.resource(`tenant-${n}`, { load: () => 1 });
      await one.get();
      one.close();
    }
    expect((await scrape(register)).filter((line) => line.includes("tenant"))).toEqual([]);
    await health.close();
  });

  test("has the OpenMetrics form, resets, JSON, and one registry for several uses", async () => {
    const { health } = createScene();
    const register = new Registry(Registry.OPENMETRICS_CONTENT_TYPE);
    new Counter({ name: "own_total", help: "The service's own.", registers: [register] });
    const end = collect(health, register);
    const text = await register.metrics();
    expect(text).toContain("# TYPE health_state_loads counter");
    expect(text).toContain('health_state_loads_total{resource="index",outcome="failed"} 0');
    expect(text.endsWith("# EOF\n")).toBe(true);
    register.resetMetrics();
    expect((await register.getMetricsAsJSON()).map(({ name }) => name)).toContain("health_state_ready");
    end();
    expect((await scrape(register)).filter((line) => line.startsWith("health_state"))).toEqual([]);
    collect(health, register)();
  });

  test("a second collect() in the same registry is refused and registers nothing", async () => {
    const { health } = createScene();
    const register = new Registry();
    collect(health, register);
    const before = register.getMetricsAsArray().length;
    expect(() => collect(health, register)).toThrow(expect.objectContaining({ code: "HS_NAME_TAKEN" }));
    expect(register.getMetricsAsArray()).toHaveLength(before);
  });

  test("a size function that throws costs its own metric alone", async () => {
    const scene = createScene();
    const register = new Registry();
    const fail = (): never => {
      throw new Error("no size");
    };
    collect(scene.health, register, { size: { index: fail } });
    scene.health.start();
    await scene.clock.settle();
    await scene.accept("1");
    const lines = await scrape(register);
    expect(lines.filter((line) => line.includes("_size"))).toEqual([]);
    expect(lines).toContain("health_state_ready 1");
  });
});
