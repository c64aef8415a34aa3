import { expect, test } from "vitest";
import { createHealth, details, loaded } from "../../src/index.ts";
import { fleet, memoryFleet } from "../../src/fleet/index.ts";
import { logTo, type LogEntry } from "../../src/log/index.ts";
import { readGauges } from "../../src/observe/read-gauges.ts";
import { registryOf } from "../../src/health/registry-of.ts";
import { statusPage } from "../../src/page/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";

test("a replica that its fleet holds in is seen in the log, in the metrics and on the page", async () => {
  const clock = createVirtualClock();
  const store = memoryFleet({ clock });
  let isUp = true;
  const make = (): ReturnType<typeof createHealth> => {
    const health = createHealth({ clock, details: details("always"), fleet: fleet(store, { group: "matcher" }) });
    health.resource("index", {
      load: () => {
        if (!isUp) throw new Error("gone");
        return loaded({});
      },
      refreshEvery: "10s",
      staleAfter: "25s",
    });
    return health;
  };
  const [health, other] = [make(), make()];
  other.subscribe(() => {});
  const lines: LogEntry[] = [];
  const write = (entry: LogEntry): void => void lines.push(entry);
  logTo(health, { info: write, warn: write, error: write });
  const page = statusPage(health);
  health.start();
  other.start();
  await clock.advance("30s");
  const gauges = (): unknown =>
    Object.fromEntries(
      readGauges(health, registryOf(health), {})
        .filter(({ gauge }) => gauge.startsWith("fleet"))
        .map(({ gauge, value }) => [gauge, value]),
    );
  expect(gauges()).toEqual({ fleetHeldIn: 0, fleetOut: 0, fleetStore: 1 });
  isUp = false;
  await clock.advance("2m");
  const isHeldIn = health.snapshot().fleet?.heldIn === true;
  expect(gauges()).toEqual({ fleetHeldIn: isHeldIn ? 1 : 0, fleetOut: isHeldIn ? 0 : 1, fleetStore: 1 });
  // Of two, one leaves and one stays in. Either is told.
  const told = lines.filter(({ event }) => event === "held-in" || event === "left");
  expect(told.at(-1)).toMatchObject({ event: isHeldIn ? "held-in" : "left", group: "matcher" });
  const text = await (await page(new Request("http://localhost/page"))).text();
  expect(text).toContain(isHeldIn ? "in the balancer, although its data is too old" : "out of the balancer");
  expect(text).toContain("matcher");
  await Promise.all([health.close(), other.close()]);
});
