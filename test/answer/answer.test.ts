import { expect, test } from "vitest";
import { createTextAnswers } from "../../src/answer/answer.ts";
import { registryOf } from "../../src/health/registry-of.ts";
import { ready, stage } from "./cells.ts";

test("the answer to a probe is made anew only when it changes", async () => {
  const entered = stage();
  const answer = createTextAnswers(registryOf(entered.health));
  const missing = answer("readiness");
  expect(answer("readiness")).toBe(missing);
  await ready(entered);
  const alive = answer("readiness");
  expect(alive).not.toBe(missing);
  expect([answer("readiness"), answer("liveness")]).toEqual([alive, answer("liveness")]);
  expect(answer("readiness")).toBe(alive);
});

test("the state in the header is the one now, also where the word and retry-after stay", async () => {
  const entered = stage();
  const answer = createTextAnswers(registryOf(entered.health));
  await ready(entered);
  entered.health.drain();
  const said = (): unknown => {
    const { body, headers } = answer("readiness");
    return [body, headers["health-state"], headers["retry-after"]];
  };
  expect(said()).toEqual(["INDEX-DRAINING", "READY", "5"]);
  await entered.clock.advance(65_001);
  expect(said()).toEqual(["INDEX-DRAINING", "STALE", "5"]);
});
