import { expect, test } from "vitest";
import { recordOf, snapshotOf, type RecordSource } from "../../src/resource/snapshot.ts";
import { NO_NOTES } from "../../src/resource/part-notes.ts";
import { NO_FACTS } from "../../src/state/facts.ts";

const host = { toWall: (at: number): number => at + 1_000 };
const empty: RecordSource<string> = {
  name: "index",
  required: true,
  limits: { staleAfter: 100 },
  facts: NO_FACTS,
  slot: { nextAttemptAt: Infinity, abandoned: 0 },
  notes: NO_NOTES,
  host,
};
const held = {
  value: "v",
  revision: "1",
  checkedAt: 10,
  changedAt: 20,
  asOf: 5,
  invalidated: false,
  origin: "store",
} as const;
const full: RecordSource<string> = {
  name: "index",
  required: false,
  limits: { staleAfter: 100 },
  facts: {
    held,
    run: { startedAt: 40, invalidated: false, hinted: false },
    generation: 3,
    failures: 2,
    lastError: { error: "down", at: 30, revision: "2" },
    rejected: { revision: "2", error: "no" },
    notBefore: undefined,
    behind: "4",
  },
  slot: { nextAttemptAt: 60, abandoned: 1 },
  notes: { hints: "lost", lastRestore: { at: 1, outcome: "restored", reason: "why" }, place: 7 },
  host,
};

test("the record of a resource that has nothing says so", () => {
  expect(recordOf(empty, 50)).toEqual({
    name: "index",
    state: "NOT_LOADED",
    required: true,
    revision: undefined,
    origin: undefined,
    generation: 0,
    checkedAt: undefined,
    changedAt: undefined,
    asOf: undefined,
    age: undefined,
    refreshing: false,
    attempt: 1,
    nextAttemptAt: undefined,
    lastError: undefined,
    rejected: undefined,
    behind: undefined,
    abandoned: 0,
    hints: undefined,
    lastRestore: undefined,
    place: undefined,
  });
});

test("the record has every fact, with times in wall time", () => {
  const record = recordOf(full, 50);
  expect(record).toEqual({
    name: "index",
    state: "READY",
    required: false,
    revision: "1",
    origin: "store",
    generation: 3,
    checkedAt: 1_010,
    changedAt: 1_020,
    asOf: 1_005,
    age: 45,
    refreshing: true,
    attempt: 3,
    nextAttemptAt: 1_060,
    lastError: { error: "down", at: 1_030, revision: "2" },
    rejected: "2",
    behind: "4",
    abandoned: 1,
    hints: "lost",
    lastRestore: { at: 1_001, outcome: "restored", reason: "why" },
    place: 7,
  });
  expect([Object.isFrozen(record.lastError), Object.isFrozen(record.lastRestore)]).toEqual([true, true]);
});

test("a value without an asOf is as old as its last check, and no refresh runs while no load does", () => {
  const source = { ...full, facts: { ...full.facts, held: { ...held, asOf: undefined }, run: undefined } };
  expect(recordOf(source, 110)).toMatchObject({ asOf: undefined, age: 100, refreshing: false, state: "READY" });
  expect(recordOf(source, 111)).toMatchObject({ state: "STALE" });
});

test("a first load is no refresh", () => {
  const run = { startedAt: 40, invalidated: false, hinted: false };
  expect(recordOf({ ...empty, facts: { ...NO_FACTS, run } }, 50)).toMatchObject({
    state: "LOADING",
    refreshing: false,
  });
});

test("a snapshot is the frozen record and the value, which no list of its properties shows", () => {
  const snapshot = snapshotOf(full, 50);
  expect({ ...snapshot }).toEqual(recordOf(full, 50));
  expect([snapshot.value, Object.isFrozen(snapshot)]).toEqual(["v", true]);
  expect(snapshotOf(empty, 50).value).toBe(undefined);
});
