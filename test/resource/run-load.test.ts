import { expect, test } from "vitest";
import { loaded, retryLater, unchanged } from "../../src/index.ts";
import type { ActiveRun } from "../../src/resource/active-run.ts";
import { LazySignal } from "../../src/resource/lazy-signal.ts";
import type { LoadContext } from "../../src/resource/loader.ts";
import { toCheckedOptions, type ResourceOptions } from "../../src/resource/options.ts";
import { runLoad, timedOut, type RunHost } from "../../src/resource/run-load.ts";
import { NO_FACTS } from "../../src/state/facts.ts";
import type { ResourceAction } from "../../src/state/transition.ts";

interface Scene {
  readonly log: unknown[];
  readonly run: ActiveRun;
  /** How the load ended. */
  ended(): ResourceAction<unknown> | undefined;
}

interface SceneOptions {
  readonly result: unknown;
  readonly validate?: ResourceOptions<unknown>["validate"];
  readonly host?: Partial<RunHost<unknown>>;
  readonly run?: Partial<ActiveRun>;
  readonly previous?: unknown;
}

/** Runs a load that gives `result`, or throws it if it is a function that throws. */
async function play({ result, validate, host, run: rest, previous }: SceneOptions): Promise<Scene> {
  const log: unknown[] = [];
  let ended: ResourceAction<unknown> | undefined;
  const options = toCheckedOptions<unknown>({
    load: () => (typeof result === "function" ? (result as () => unknown)() : result),
    validate,
  });
  const run: ActiveRun = {
    id: 1,
    signal: new LazySignal(),
    reload: undefined,
    attempt: 1,
    startedAt: 0,
    timeoutAt: Infinity,
    leaseUntil: Infinity,
    isAbandoned: false,
    candidate: undefined,
    onEnded: undefined,
    ...rest,
  };
  const world: RunHost<unknown> = {
    options,
    facts: NO_FACTS,
    slot: { run },
    now: () => 50,
    fromWall: (ms) => ms - 1_000,
    holdValue: (value, by) => {
      log.push(["hold", value, by]);
      return () => log.push("release");
    },
    disposeDue: () => void log.push("disposeDue"),
    endRun: (_, action) => {
      ended = action;
      log.push("end");
      return action.type === "loaded";
    },
    discard: (candidate) => void log.push(["discard", candidate]),
    ...host,
  };
  const context: LoadContext = {
    signal: run.signal.signal,
    previous,
    revision: undefined,
    asOf: undefined,
    rejected: undefined,
    attempt: 1,
    deadline: 0,
  };
  await runLoad(world, run, context);
  return { log, run, ended: () => ended };
}

const value = { id: 1 };
const holding = (held: unknown): Partial<RunHost<unknown>> => ({
  facts: {
    ...NO_FACTS,
    held: {
      value: held,
      revision: undefined,
      checkedAt: 0,
      changedAt: 0,
      asOf: undefined,
      invalidated: false,
      origin: "source",
    },
  },
});
const fresh = { type: "loaded", at: 50, value, revision: undefined, asOf: undefined, keep: true };

test("a bare value is loaded, is the candidate of its run, and needs neither a hold nor a disposal", async () => {
  const { log, run, ended } = await play({ result: value });
  expect([ended(), run.candidate, log]).toEqual([fresh, value, ["end"]]);
});

test("what loaded() and unchanged() say of a value is in the action, with asOf on the clock of the health", async () => {
  const note = { revision: 7, asOf: 1_040 };
  for (const [result, action] of [
    [loaded(value, note), { ...fresh, revision: "7", asOf: 40 }],
    [loaded(Promise.resolve(value), { keep: false }), { ...fresh, keep: false }],
    [unchanged(note), { type: "unchanged", at: 50, revision: "7", asOf: 40, behind: undefined }],
    [unchanged({ behind: "8" }), { type: "unchanged", at: 50, revision: undefined, asOf: undefined, behind: "8" }],
    [
      { ...unchanged(), behind: 8 },
      { type: "unchanged", at: 50, revision: undefined, asOf: undefined, behind: undefined },
    ],
  ] as const) {
    const { ended, run } = await play({ result });
    expect([ended(), run.candidate]).toEqual([action, action.type === "loaded" ? value : undefined]);
  }
});

test("the value in use, returned bare, is unchanged(), and in loaded() it is a new value", async () => {
  const host = holding(value);
  expect((await play({ result: value, host })).ended()).toMatchObject({ type: "unchanged" });
  expect((await play({ result: loaded(value), host })).ended()).toMatchObject({ type: "loaded", value });
  expect((await play({ result: { id: 1 }, host })).ended()).toMatchObject({ type: "loaded" });
  expect((await play({ result: NaN, host: holding(NaN) })).ended()).toMatchObject({ type: "unchanged" });
});

test("a value is held while it is validated, and the hold ends after the load", async () => {
  const asked: unknown[] = [];
  const { log } = await play({
    result: value,
    validate: (next, previous) => void asked.push([next, previous]),
    host: holding("old"),
  });
  expect([asked, log]).toEqual([[[value, "old"]], [["hold", value, "check"], "end", "release", "disposeDue"]]);
});

test("a value that is refused is discarded before its hold ends, and the reason is that of the check", async () => {
  const { log, ended } = await play({ result: loaded(value, { revision: "1" }), validate: () => false });
  const error = expect.objectContaining({ code: "HS_REJECTED", message: "validate returned false for the new value" });
  expect(ended()).toEqual({ type: "failed", at: 50, outcome: "rejected", revision: "1", error });
  expect(log).toEqual([["hold", value, "check"], "end", ["discard", value], "release", "disposeDue"]);
  const reason = new Error("three rows are missing");
  for (const validate of [() => Promise.reject(reason), throws(reason)])
    expect((await play({ result: value, validate })).ended()).toMatchObject({ outcome: "rejected", error: reason });
});

test("a revision that was refused before is refused unseen, with the first reason", async () => {
  const first = new Error("three rows are missing");
  const host = { facts: { ...NO_FACTS, rejected: { revision: "1", error: first } } };
  const result = loaded(value, { revision: "1" });
  const asked: unknown[] = [];
  const validate = (): void => void asked.push("asked");
  const { ended } = await play({ result, validate, host });
  expect([ended(), asked]).toMatchObject([
    {
      outcome: "rejected",
      error: {
        code: "HS_REJECTED_BEFORE",
        message:
          "validate has rejected this revision before. Return unchanged({ revision }) while the source offers it",
        cause: first,
      },
    },
    [],
  ]);
  // A reload() tries it again, and so does a load of another revision, or of none.
  await play({ result, validate, host, run: { reload: {} } });
  await play({ result: loaded(value, { revision: "2" }), validate, host });
  await play({ result: value, validate, host });
  await play({ result: value, validate });
  expect(asked).toEqual(["asked", "asked", "asked", "asked"]);
});

test("reload({ accept }) asks no check for that revision, or for any", async () => {
  const validate = (): boolean => false;
  const result = loaded(value, { revision: "1" });
  const type = async (accept: string | true | undefined, given: unknown = result): Promise<unknown> =>
    (await play({ result: given, validate, run: { reload: { accept } } })).ended()?.type;
  expect(await Promise.all([type(true), type("1"), type("2"), type(undefined), type(undefined, value)])).toEqual([
    "loaded",
    "loaded",
    "failed",
    "failed",
    "failed",
  ]);
});

test("a value whose run has lost the slot is not validated, and is discarded", async () => {
  const asked: unknown[] = [];
  const { log } = await play({
    result: value,
    validate: () => void asked.push("asked"),
    host: { slot: { run: undefined }, endRun: () => false },
  });
  expect([asked, log]).toEqual([[], [["hold", value, "check"], ["discard", value], "release", "disposeDue"]]);
});

test("a value that was in use when its load began is not discarded by it", async () => {
  const { log } = await play({ result: value, previous: value, host: { endRun: () => false } });
  expect(log).toEqual([]);
});

test("a value is discarded a moment after its run has ended, because another run may bring it as well", async () => {
  const log: string[] = [];
  await play({
    result: value,
    host: {
      endRun: () => {
        void Promise.resolve().then(() => log.push("the other run"));
        return false;
      },
      discard: () => void log.push("discard"),
    },
  });
  expect(log).toEqual(["the other run", "discard"]);
});

test("what comes with a wrong note is discarded, and the load has failed", async () => {
  const { log, ended } = await play({ result: loaded(value, { asOf: NaN }), validate: () => true });
  expect(ended()).toMatchObject({ type: "failed", outcome: "failed", error: { code: "HS_INVALID_AS_OF" } });
  expect(log).toEqual([["hold", value, "check"], "end", ["discard", value], "release", "disposeDue"]);
});

test("a loader that throws, or gives no data, fails its load, and nothing is discarded", async () => {
  const down = new Error("down");
  for (const [result, error] of [
    [throws(down), down],
    [() => Promise.reject(down), down],
    [down, down],
    [throws(undefined), undefined],
    [undefined, expect.objectContaining({ code: "HS_NO_DATA" })],
    [loaded(null), expect.objectContaining({ code: "HS_NO_DATA" })],
  ] as const) {
    const { log, ended } = await play({ result });
    expect([ended(), log]).toEqual([{ type: "failed", at: 50, outcome: "failed", error }, ["end"]]);
  }
});

test("an error of retryLater() sets the time before which no attempt starts, and stands back for its cause", async () => {
  const later = retryLater(700);
  expect((await play({ result: throws(later) })).ended()).toEqual({
    type: "failed",
    at: 50,
    outcome: "failed",
    error: later,
    notBefore: 750,
  });
  expect((await play({ result: throws(retryLater(700, "429")) })).ended()).toMatchObject({
    error: "429",
    notBefore: 750,
  });
});

test("a load that took too long says its timeout", () => {
  expect(timedOut({ timeout: 5_000 }, 70)).toEqual({
    type: "failed",
    at: 70,
    outcome: "timed-out",
    error: expect.objectContaining({
      code: "HS_TIMED_OUT",
      message: "the load took longer than its timeout of 5000 ms",
    }),
  });
});

function throws(error: unknown): () => never {
  return () => {
    throw error;
  };
}
