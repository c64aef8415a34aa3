import { createHealth } from "../dist/src/index.js";
import { fleet, memoryFleet } from "../dist/src/fleet/index.js";
import { createVirtualClock } from "../dist/src/testing/index.js";
import { ratios, rounded, rounds } from "./rounds.mjs";
import { row } from "./stats.mjs";

const REQUEST = new Request("http://127.0.0.1/status");
/** Keeps what is computed from being left out by the compiler. */
const sink = { last: undefined };

/** Processor time, because the difference is smaller than what another process takes in between. */
const asking = (health) => (times) => {
  const before = process.cpuUsage();
  for (let n = 0; n < times; n++) sink.last = health.fetch(REQUEST);
  const { user, system } = process.cpuUsage(before);
  return BigInt((user + system) * 1_000);
};

/** A health on the clock of the platform that has loaded its resource. */
async function loadedHealth(options = {}) {
  const health = createHealth(options);
  health.resource("index", { load: () => 1, refreshEvery: "1h" });
  await health.whenReady();
  return health;
}

/** A health whose data is too old. With a fleet it is held in, because it is the only replica. */
async function oldHealth(clock, options = {}) {
  let isUp = true;
  const health = createHealth({ clock, ...options });
  health.subscribe(() => {});
  health.resource("index", {
    load() {
      if (!isUp) throw new Error("the source is gone");
      return 1;
    },
    refreshEvery: "10s",
    staleAfter: "30s",
    refuseAfter: options.fleet ? "1m" : "never",
  });
  health.start();
  await clock.advance("5s");
  isUp = false;
  await clock.advance("5m");
  const { status, headers } = health.fetch(REQUEST);
  if (status !== 200 || headers.get("health-state") !== "STALE") throw new Error("the data is not old");
  return health;
}

/** A probe of a replica in a fleet, beside the same probe without one. */
export async function inFleet() {
  const group = () => fleet(memoryFleet(), { group: "matcher" });
  const [alone, other, member] = [await loadedHealth(), await loadedHealth(), await loadedHealth({ fleet: group() })];
  const clock = createVirtualClock();
  const virtual = fleet(memoryFleet({ clock }), { group: "matcher" });
  const [old, heldIn] = [await oldHealth(clock), await oldHealth(clock, { fleet: virtual })];
  if (heldIn.snapshot().fleet?.heldIn !== true) throw new Error("the replica is not held in");
  const count = { count: rounded(81), times: 3_000 };
  const ready = await rounds({ alone: asking(alone), other: asking(other), member: asking(member) }, count);
  const stale = await rounds({ old: asking(old), heldIn: asking(heldIn) }, count);
  await Promise.all([alone, other, member, old, heldIn].map((health) => health.close()));
  const reach = ["<=", 1.03];
  return [
    row("fleet-noise", "a probe, so that the noise is known", "itself", ratios(ready, "other", "alone"), "×"),
    row("fleet-probe", "a probe of a replica in a fleet", "without", ratios(ready, "member", "alone"), "×", reach),
    row(
      "fleet-held-in",
      "a probe of a replica that is held in",
      "STALE without",
      ratios(stale, "heldIn", "old"),
      "×",
      reach,
    ),
  ];
}
