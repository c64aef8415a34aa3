import { expect, test } from "vitest";
import { NO_FACTS, type Facts, type HeldValue } from "../../src/state/facts.ts";
import { stateOf } from "../../src/state/freshness.ts";
import { STATES, type State } from "../../src/state/state.ts";
import { transition, type ResourceAction } from "../../src/state/transition.ts";
import { loaded, unchanged } from "../../src/index.ts";
import { read } from "../repo/tree.ts";
import { createKit, type Kit } from "../resource/kit.ts";

/** The columns of the table in docs/reference/rules.md, taken apart; `lost` is request mode's. */
type Cause = ResourceAction<string>["type"] | "rejected" | "timed out" | "time passes" | "loaded old" | "unchanged old";
/** A state, with and without a run: a column that needs a run is a no-op without one. */
type Row = Exclude<State, "LOADING"> | "LOADING" | "READY refreshing" | "STALE refreshing";
/** `-` is a no-op: the very same facts. */
type Cell = State | "-";

const TABLE: Readonly<Record<Row, Readonly<Record<Cause, Cell>>>> = {
  NOT_LOADED: {
    start: "LOADING",
    loaded: "-",
    unchanged: "-",
    "loaded old": "-",
    "unchanged old": "-",
    failed: "-",
    rejected: "-",
    "timed out": "-",
    lost: "-",
    hint: "-",
    restored: "READY",
    "time passes": "-",
    invalidate: "-",
    unload: "-",
  },
  LOADING: {
    // `unchanged` without a value held is an error of the loader.
    start: "-",
    loaded: "READY",
    unchanged: "NOT_LOADED",
    "loaded old": "STALE",
    "unchanged old": "NOT_LOADED",
    failed: "NOT_LOADED",
    rejected: "NOT_LOADED",
    "timed out": "NOT_LOADED",
    lost: "NOT_LOADED",
    hint: "LOADING",
    restored: "READY",
    "time passes": "-",
    invalidate: "LOADING",
    unload: "NOT_LOADED",
  },
  READY: {
    start: "READY",
    loaded: "-",
    unchanged: "-",
    "loaded old": "-",
    "unchanged old": "-",
    failed: "-",
    rejected: "-",
    "timed out": "-",
    lost: "-",
    hint: "-",
    restored: "-",
    "time passes": "STALE",
    invalidate: "STALE",
    unload: "NOT_LOADED",
  },
  "READY refreshing": {
    start: "-",
    loaded: "READY",
    unchanged: "READY",
    "loaded old": "STALE",
    "unchanged old": "STALE",
    failed: "READY",
    rejected: "READY",
    "timed out": "READY",
    lost: "READY",
    hint: "READY",
    restored: "-",
    "time passes": "STALE",
    invalidate: "STALE",
    unload: "NOT_LOADED",
  },
  STALE: {
    start: "STALE",
    loaded: "-",
    unchanged: "-",
    "loaded old": "-",
    "unchanged old": "-",
    failed: "-",
    rejected: "-",
    "timed out": "-",
    lost: "-",
    hint: "-",
    restored: "-",
    "time passes": "-",
    invalidate: "STALE",
    unload: "NOT_LOADED",
  },
  "STALE refreshing": {
    start: "-",
    loaded: "READY",
    unchanged: "READY",
    "loaded old": "STALE",
    "unchanged old": "STALE",
    failed: "STALE",
    rejected: "STALE",
    "timed out": "STALE",
    lost: "STALE",
    hint: "STALE",
    restored: "-",
    "time passes": "-",
    invalidate: "STALE",
    unload: "NOT_LOADED",
  },
};

const ROWS = Object.keys(TABLE) as Row[];
const CELLS = ROWS.flatMap((row) =>
  Object.entries(TABLE[row]).map(([cause, cell]) => [row, cause as Cause, cell] as const),
);
const stateIn = (row: Row): State => row.split(" ")[0] as State;

const NOW = 1_000_000;
const STALE_AFTER = 1_000;
const TIMEOUT = 100;

test("the table has a row for every state, and no other", () => {
  expect([...new Set(ROWS.map(stateIn))].sort()).toEqual([...STATES].sort());
});

test("docs/reference/rules.md has the same table", () => {
  const page = [...read("docs/reference/rules.md").matchAll(/^\| ([A-Z_]+) \|(.+)\|$/gm)];
  const told = page.map(([, state = "", cells = ""]): [string, readonly string[]] => [
    state,
    cells.split("|").map((cell) => /[A-Z_]{2,}/.exec(cell)?.[0] ?? state),
  ]);
  const columns: readonly Cause[] = ["start", "loaded", "failed", "time passes", "invalidate", "unload"];
  const real = STATES.map((state): [string, readonly string[]] => [
    state,
    columns.map((cause) => {
      const refreshing = `${state} refreshing`;
      const row = cause !== "start" && refreshing in TABLE ? refreshing : state;
      // SAFETY: a state, or one whose refreshing row was just found.
      const cell = TABLE[row as Row][cause];
      return cell === "-" ? state : cell;
    }),
  ]);
  expect(new Map(told)).toEqual(new Map(real));
});

function factsIn(row: Row): Facts<string> {
  const since = stateIn(row) === "STALE" ? NOW - STALE_AFTER - 1 : NOW;
  const held: HeldValue<string> = {
    value: "v",
    revision: undefined,
    checkedAt: since,
    changedAt: since,
    asOf: undefined,
    invalidated: false,
    origin: "source",
  };
  const loads = row === "LOADING" || row.endsWith("refreshing");
  return {
    ...NO_FACTS,
    held: row === "NOT_LOADED" || row === "LOADING" ? undefined : held,
    run: loads ? { startedAt: NOW, invalidated: false, hinted: false } : undefined,
    generation: 1,
  };
}

const at = NOW;
const old = NOW - STALE_AFTER - 1;
const failed: ResourceAction<string> = { type: "failed", at, error: "e", outcome: "failed" };
const PURE: Readonly<Record<Exclude<Cause, "time passes">, ResourceAction<string>>> = {
  start: { type: "start", at },
  loaded: { type: "loaded", at, value: "w", revision: undefined, asOf: undefined },
  "loaded old": { type: "loaded", at, value: "w", revision: undefined, asOf: old },
  unchanged: { type: "unchanged", at, revision: undefined, asOf: undefined, behind: undefined },
  "unchanged old": { type: "unchanged", at, revision: undefined, asOf: old, behind: undefined },
  failed,
  rejected: { type: "failed", at, error: "e", outcome: "rejected", revision: "r" },
  "timed out": { ...failed, outcome: "timed-out" },
  lost: { type: "lost" },
  hint: { type: "hint" },
  restored: {
    type: "restored",
    held: {
      value: "s",
      revision: "1",
      checkedAt: at,
      changedAt: at,
      asOf: undefined,
      invalidated: false,
      origin: "store",
    },
  },
  invalidate: { type: "invalidate" },
  unload: { type: "unload" },
};

test.each(CELLS)("facts: %s, %s: %s", (row, cause, cell) => {
  const before = factsIn(row);
  expect(stateOf(before, NOW, STALE_AFTER)).toBe(stateIn(row));
  const after = cause === "time passes" ? before : transition(before, PURE[cause]);
  const now = cause === "time passes" ? NOW + STALE_AFTER + 1 : NOW;
  expect(stateOf(after, now, STALE_AFTER)).toBe(cell === "-" ? stateIn(row) : cell);
  if (cell === "-" && cause !== "time passes") expect(after).toBe(before);
  expect(Object.is(transition(after, { type: "invalidate" }), after)).toBe(!after.held && !after.run);
});

const limits = {
  refreshEvery: "never",
  staleAfter: STALE_AFTER,
  timeout: TIMEOUT,
  validate: ({ id }: { id: string }) => id !== "bad",
} as const;

const REACH: Readonly<Record<Row, (kit: Kit) => unknown>> = {
  NOT_LOADED: async ({ health, fail }) => {
    health.start();
    await fail();
  },
  LOADING: ({ health }) => health.start(),
  READY: ({ ready }) => ready(),
  "READY refreshing": async ({ ready, index }) => {
    await ready();
    void index.reload();
  },
  STALE: async ({ ready, clock }) => {
    await ready();
    await clock.advance(STALE_AFTER + 1);
  },
  "STALE refreshing": async (kit) => {
    await REACH.STALE(kit);
    void kit.index.reload();
  },
};

/** What no public way of this kit reaches. */
type Inner = "lost" | "hint" | "restored";
const INNER: readonly Cause[] = ["lost", "hint", "restored"];

/** Each cause by the public way; where no run owns the slot, a run that lost it is what tries. */
const CAUSE: Readonly<Record<Exclude<Cause, Inner>, (kit: Kit) => unknown>> = {
  start: ({ index }) => void index.reload(),
  loaded: ({ loader, item }) => loader.last.succeed(item()),
  "loaded old": ({ loader, item, clock }) =>
    loader.last.succeed(loaded(item(), { asOf: clock.wall() - STALE_AFTER - 1 })),
  unchanged: ({ loader }) => loader.last.succeed(unchanged()),
  "unchanged old": ({ loader, clock }) => loader.last.succeed(unchanged({ asOf: clock.wall() - STALE_AFTER - 1 })),
  failed: ({ loader }) => loader.last.fail(),
  rejected: ({ loader }) => loader.last.succeed({ id: "bad" }),
  "timed out": async ({ clock, index }) => {
    if (index.snapshot().refreshing || index.snapshot().state === "LOADING") await clock.advance(TIMEOUT);
  },
  "time passes": async ({ clock, index }) => {
    // In LOADING, time that passes is the load's timeout, which is another column.
    if (index.snapshot().state !== "LOADING" && index.snapshot().state !== "NOT_LOADED")
      await clock.advance(STALE_AFTER + 1);
  },
  invalidate: ({ index }) => index.invalidate(),
  unload: ({ index }) => index.unload(),
};

test.each(CELLS.filter(([, cause]) => !INNER.includes(cause)))("public: %s, %s: %s", async (row, cause, cell) => {
  const kit = createKit(limits);
  const { index, events, clock, health } = kit;
  await REACH[row](kit);
  await clock.settle();
  const before = index.snapshot();
  expect(before.state).toBe(stateIn(row));
  events.length = 0;
  // SAFETY: what the public ways do not reach is filtered out above.
  await CAUSE[cause as keyof typeof CAUSE](kit);
  await clock.settle();
  const after = index.snapshot();
  const expected = cell === "-" ? stateIn(row) : cell;
  expect(after.state).toBe(expected);
  if (cell === "-" && cause !== "start" && cause !== "time passes")
    expect({ after, events }).toEqual({ after: before, events: [] });
  expect(events.filter((event) => event.startsWith("transition"))).toEqual(
    expected === stateIn(row) ? [] : [`transition ${stateIn(row)}>${expected}`],
  );
  await health.close();
  expect(clock.timers).toBe(0);
});
