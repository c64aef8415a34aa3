import { expect, test } from "vitest";
import { upIn } from "../src/balancer/haproxy.ts";
import type { ReplicaFacts } from "../src/replica/facts.ts";
import { isInAlone, standOf } from "../src/standing.ts";

const FRESH: ReplicaFacts = {
  readiness: { ok: true, word: "I-AM-ALIVE" },
  state: "READY",
  age: 100,
  revision: "v1",
  isLoading: false,
  isHeldIn: false,
  isStoreGone: false,
};
const { age: _age, revision: _revision, ...NO_PRICES } = FRESH;
const NOT_LOADED = { ...NO_PRICES, state: "LOADING", readiness: { ok: false, word: "INDEX-NOT-LOADED" } } as const;
const OLD = { ...FRESH, state: "STALE", age: 10_001 } as const;
const REFUSED = { ok: false, word: "INDEX-STALE" };

test.each<[string, string, boolean, ReplicaFacts | undefined]>([
  ["killed", "has ended", false, undefined],
  ["out", "does not answer", true, undefined],
  ["out", "waits for its turn", true, { ...NOT_LOADED, place: 2 }],
  ["out", "loads them", true, { ...NOT_LOADED, isLoading: true }],
  ["out", "load failed", true, NOT_LOADED],
  ["out", "INDEX-DRAINING", true, { ...FRESH, readiness: { ok: false, word: "INDEX-DRAINING" } }],
  ["on leave", "has leave", true, { ...OLD, readiness: REFUSED }],
  ["held in", "no leave", true, { ...OLD, isHeldIn: true }],
  ["in", "Nobody else", true, OLD],
  ["in", "not too old yet", true, { ...FRESH, age: 6_001 }],
  ["in", "young enough", true, FRESH],
])("a replica is %s, and the page says why: %s", (standing, why, isUp, facts) => {
  expect(standOf(isUp, facts)).toEqual({ standing, why: expect.stringContaining(why) });
});

test("without a fleet a replica is in while its prices are at most as old as they may be", () => {
  expect([FRESH, { ...FRESH, age: 10_000 }, OLD, NOT_LOADED, undefined].map(isInAlone)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("the servers that are up are read from HAProxy's table, whatever the order of its columns", () => {
  const table = `# svname,pxname,qcur,status,
FRONTEND,front,,OPEN,
r1,replicas,0,UP,
r2,replicas,0,UP 1/2,
r3,replicas,0,DOWN,
BACKEND,replicas,0,UP,
`;
  expect([...upIn(table)]).toEqual(["r1", "r2"]);
});
