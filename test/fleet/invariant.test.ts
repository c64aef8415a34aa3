import { expect, test } from "vitest";
import { DEEP } from "../source/kit/process.ts";
import { playHistory, type HistoryOptions } from "./history.ts";

/** Set SEED to tell one history again, and HISTORIES to tell so many from that seed on, in several processes. */
const given = process.env["SEED"];
const FIRST = given === undefined ? (DEEP ? Date.now() % 1_000_000_007 : 1) : Number(given);
const HISTORIES = Number(process.env["HISTORIES"] ?? (given === undefined ? (DEEP ? 10_000 : 50) : 1));
const LARGE = given === undefined && !DEEP ? 1 : DEEP ? 5 : 0;

const small = (seed: number): HistoryOptions => ({
  seed,
  replicas: 2 + (seed % 6),
  faultsMs: 200_000,
  lookEveryMs: 1_500,
  faults: 9,
});

test(
  `the invariants hold in ${HISTORIES} histories with random faults (FLEET 5)`,
  async () => {
    for (let seed = FIRST; seed < FIRST + HISTORIES; seed++)
      expect({ seed, faults: await playHistory(small(seed)) }).toEqual({ seed, faults: [] });
  },
  DEEP ? 24 * 3_600_000 : 600_000,
);

test.skipIf(LARGE === 0)(
  "and with 1,000 replicas",
  async () => {
    for (let seed = FIRST; seed < FIRST + LARGE; seed++) {
      const options = { seed, replicas: 1_000, faultsMs: DEEP ? 150_000 : 80_000, lookEveryMs: 2_500, faults: 12 };
      expect({ seed, faults: await playHistory(options) }).toEqual({ seed, faults: [] });
    }
  },
  DEEP ? 3_600_000 : 600_000,
);
