import { expect, test } from "vitest";
import { registryOf } from "../../src/health/registry-of.ts";
import { managedResourceOf } from "../../src/resource/managed-resource-of.ts";
import { createKit } from "./kit.ts";

test("rule 12: a load ends in this order: the facts and the counts, then the waits, then the listeners", async () => {
  const { health, clock, index, load } = createKit({ refreshEvery: "30s", staleAfter: "65s" });
  const steps: string[] = [];
  // The counts as they are stored, because a probe would count again.
  const note = (step: string): void => {
    steps.push(`${step}: ${index.snapshot().state}, counted as ${registryOf(health).worst}`);
  };
  health.start();
  await clock.settle();
  note("before");
  health.subscribe(({ type }) => {
    if (type === "transition") note("listener");
  });
  const answered = managedResourceOf(index).wait({}, () => {
    note("wait");
    return true;
  });
  await load();
  await answered;
  expect(steps).toEqual([
    "before: LOADING, counted as loading",
    "wait: READY, counted as ready",
    "listener: READY, counted as ready",
  ]);
});

test("rule 12: what time changed before the end of a load is told before the end", async () => {
  const { health, clock, events, load, ready } = createKit({ refreshEvery: "30s", staleAfter: "65s" });
  await ready();
  await clock.advance("30s");
  events.length = 0;
  // No timer runs, so the end of the load is the first to find that the value is STALE.
  clock.freeze(60_000);
  await load();
  expect(events).toEqual(["transition READY>STALE", "transition STALE>READY"]);
  await health.close();
});

test("rule 12: when a wait ends, the slot is free, and the next attempt is planned", async () => {
  const { health, clock, index, load } = createKit({ refreshEvery: "30s", staleAfter: "65s", jitter: 0 });
  health.start();
  await clock.settle();
  const seen: unknown[] = [];
  const answered = managedResourceOf(index).wait({}, () => {
    const { refreshing, nextAttemptAt } = index.snapshot();
    seen.push(refreshing, nextAttemptAt);
    return true;
  });
  await load();
  await answered;
  expect(seen).toEqual([false, clock.wall() + 30_000]);
  await health.close();
});

test("rule 12: a load that is given up has failed before its signal is aborted", async () => {
  const { health, clock, index, loader } = createKit({ refreshEvery: "30s", staleAfter: "65s", timeout: "10s" });
  health.start();
  await clock.settle();
  const heard: unknown[] = [];
  loader.last.context.signal.addEventListener("abort", () => {
    const { state, attempt, nextAttemptAt } = index.snapshot();
    heard.push([state, attempt, nextAttemptAt !== undefined]);
  });
  await clock.advance("10s");
  expect(heard).toEqual([["NOT_LOADED", 2, true]]);
  await health.close();
});
