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
