import { describe, expect, test } from "vitest";
import type { ProbeOutcome, Verdict } from "../../src/health/verdict.ts";
import { afterBeat, countedReadiness, groupVerdict, type GroupAnswer, type Member } from "../../src/cluster/group.ts";
import { fromWire, toWire, type WorkerMessage } from "../../src/cluster/worker-message.ts";

const verdict = (outcome: ProbeOutcome): Verdict => ({
  ok: outcome === "ok",
  outcome,
  worst: outcome === "notLoaded" ? "NOT_LOADED" : "READY",
  retryAfter: outcome === "ok" ? undefined : 3,
});
const said = (answer: GroupAnswer, ...outcomes: readonly ProbeOutcome[]): ProbeOutcome =>
  groupVerdict(answer, outcomes.map(verdict)).outcome;

describe("a group of processes", () => {
  test.each<readonly [GroupAnswer, readonly ProbeOutcome[], ProbeOutcome]>([
    ["all", ["ok", "ok", "ok"], "ok"],
    ["all", ["ok", "stale", "ok"], "stale"],
    ["all", ["draining", "stale", "notLoaded"], "notLoaded"],
    ["all", ["ok", "draining", "stale"], "draining"],
    ["any", ["notLoaded", "ok", "draining"], "ok"],
    ["any", ["notLoaded", "stale"], "stale"],
    [1, ["notLoaded", "ok"], "ok"],
    [2, ["notLoaded", "ok", "ok"], "ok"],
    [2, ["notLoaded", "ok", "stale"], "stale"],
    [3, ["ok", "ok"], "notLoaded"],
    ["all", [], "notLoaded"],
  ])("that needs %s and has %s says %s", (answer, outcomes, expected) => {
    expect(said(answer, ...outcomes)).toBe(expected);
  });

  test("counts one that was silent for three beats as not ready, unless any will do", () => {
    const member = (missed: number, outcome: ProbeOutcome = "ok"): Member => ({
      readiness: verdict(outcome),
      startup: verdict("ok"),
      missed,
      isDoubtful: false,
    });
    expect(countedReadiness(member(2), "all").outcome).toBe("ok");
    expect(countedReadiness(member(3), "all")).toMatchObject({ ok: false, outcome: "stale", worst: "STALE" });
    expect(countedReadiness(member(3), 2).outcome).toBe("stale");
    expect(countedReadiness(member(3), "any").outcome).toBe("ok");
    expect(countedReadiness(member(3, "draining"), "all").outcome).toBe("draining");
  });

  test("forgets one that is silent after the connection was made anew, and no other", () => {
    const member: Member = { readiness: verdict("ok"), startup: verdict("ok"), missed: 1, isDoubtful: true };
    expect(afterBeat(member)).toMatchObject({ missed: 2 });
    expect(afterBeat({ ...member, missed: 2 })).toBeUndefined();
    expect(afterBeat({ ...member, missed: 99, isDoubtful: false })).toMatchObject({ missed: 100 });
  });
});

describe("what processes say to each other", () => {
  const messages: readonly WorkerMessage[] = [
    {
      type: "beat",
      from: "1",
      readiness: verdict("stale"),
      startup: verdict("ok"),
      hasStarted: true,
      isRunning: false,
    },
    {
      type: "beat",
      from: "2",
      readiness: verdict("notLoaded"),
      startup: verdict("notLoaded"),
      hasStarted: false,
      isRunning: true,
    },
    { type: "gone", from: "3" },
    { type: "met", from: "4" },
  ];

  test("comes back as it was", () => {
    for (const message of messages) expect(fromWire(JSON.parse(JSON.stringify(toWire(message))))).toEqual(message);
  });

  test.each([
    undefined,
    null,
    1,
    "beat",
    {},
    { "health-state": "beat" },
    { "health-state": "beat", from: 1 },
    { "health-state": "beat", from: "1", readiness: "x", startup: 1 },
  ])("is nothing where it is of the application: %j", (given) => {
    expect(fromWire(given)).toBeUndefined();
  });
});
