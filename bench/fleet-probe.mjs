import { createHealth } from "../dist/src/index.js";
import { fleet, memoryFleet } from "../dist/src/fleet/index.js";
import { createVirtualClock } from "../dist/src/testing/index.js";
import { ratios, rounded } from "./rounds.mjs";
import { quantile, row } from "./stats.mjs";

const REQUEST = new Request("http://127.0.0.1/status");
/** Keeps what is computed from being left out by the compiler. */
const sink = { last: undefined };

/** How many calls a run has, and how many runs of each health a round has. */
const CALLS = 100;
const RUNS = 40;

/**
 * The ns of a probe of each health, round by round. The healths take turns after each short run, and the lower quarter
 * of the runs counts: on a machine that others use, they are the runs in which nobody else took the processor.
 */
async function probed(healths, count) {
  const names = Object.keys(healths);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -3; round < count; round++) {
    const runs = Object.fromEntries(names.map((name) => [name, []]));
    for (let run = 0; run < RUNS; run++) {
      for (let index = 0; index < names.length; index++) {
        const name = names[(index + run) % names.length];
        const health = healths[name];
        const began = process.hrtime.bigint();
        for (let n = 0; n < CALLS; n++) sink.last = health.fetch(REQUEST);
        runs[name].push(Number(process.hrtime.bigint() - began) / CALLS);
      }
      // Node frees what a Response registered between turns of the event loop alone.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (round >= 0) for (const name of names) samples[name].push(quantile(runs[name], 0.25));
  }
  return samples;
}

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
  const ready = await probed({ alone, other, member }, rounded(41));
  const stale = await probed({ old, heldIn }, rounded(41));
  await Promise.all([alone, other, member, old, heldIn].map((health) => health.close()));
  const reach = ["<=", 1.03];
  return [
    row(
      "fleet-noise",
      "a probe of an equal service without a fleet, to show the noise",
      "a probe without a fleet",
      ratios(ready, "other", "alone"),
      "×",
    ),
    row(
      "fleet-probe",
      "a probe of a replica in a fleet",
      "a probe without a fleet",
      ratios(ready, "member", "alone"),
      "×",
      reach,
    ),
    row(
      "fleet-held-in",
      "a probe of a replica that a fleet keeps in the balancer although its data is too old",
      "a probe of a replica with data of the same age, without a fleet",
      ratios(stale, "heldIn", "old"),
      "×",
      reach,
    ),
  ];
}
