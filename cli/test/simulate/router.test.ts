import { describe, expect, test } from "vitest";
import { REQUEST_OUTCOMES, type Setup } from "../../src/simulate/index.ts";
import { Recorder } from "../../src/simulate/model/recorder.ts";
import { Router, type RouterRule, type Standing } from "../../src/simulate/traffic/router.ts";
import { resolveSetup } from "../../src/simulate/model/setup.ts";

const SETUP: Setup = {
  replicas: 4,
  durationSeconds: 60,
  load: { firstSeconds: 1 },
  limits: {},
  router: "kubernetes",
  probes: {},
};

/** What becomes of the 100 requests of a second, with these replicas. */
function secondOf(rule: RouterRule, ...replicas: readonly Standing[]): Readonly<Record<string, number>> {
  const resolved = resolveSetup(SETUP);
  const record = new Recorder(resolved.untilMs, SETUP.replicas);
  const router = new Router(rule, resolved, record);
  replicas.forEach((standing, replica) => router.set(replica, standing, 0));
  router.advanceTo(1_000);
  const answer = REQUEST_OUTCOMES.map((outcome) => [outcome, record.requestsOf(outcome)] as const);
  return Object.fromEntries(answer.filter(([, count]) => count > 0));
}

const good: Standing = { rotation: "in", outcome: "fresh" };
const out: Standing = { rotation: "out", outcome: "stale" };
const ending: Standing = { rotation: "terminating", outcome: "fresh" };

const KUBERNETES: RouterRule = { noneLeft: "terminating", panicUnder: 0 };
const HAPROXY: RouterRule = { noneLeft: "nobody", panicUnder: 0 };
const ALB: RouterRule = { noneLeft: "everybody", panicUnder: 0 };
const ENVOY: RouterRule = { noneLeft: "everybody", panicUnder: 0.5 };

describe("a router", () => {
  test.each([
    ["sends to whoever is in rotation, and to nobody else", HAPROXY, [good, out, ending], { fresh: 100 }],
    ["spreads evenly", HAPROXY, [good, { rotation: "in", outcome: "lost" }], { fresh: 50, lost: 50 }],
    ["without a replica refuses", ALB, [], { refused: 100 }],
    ["that fails closed refuses when nobody is left", HAPROXY, [out, ending], { refused: 100 }],
    ["of Kubernetes falls back to what ends and is still ready", KUBERNETES, [out, ending], { fresh: 100 }],
    ["of Kubernetes refuses when there is none of those either", KUBERNETES, [out, out], { refused: 100 }],
    ["that fails open sends to everybody when nobody is left", ALB, [out, ending], { stale: 50, fresh: 50 }],
    ["that fails open does not while somebody is left", ALB, [good, out, out, out], { fresh: 100 }],
    ["that panics does so under its share", ENVOY, [good, out, out, out], { fresh: 25, stale: 75 }],
    ["that panics does not at its share", ENVOY, [good, good, out, out], { fresh: 100 }],
  ] as const)("%s", (_, rule, replicas, answer) => {
    expect(secondOf(rule, ...replicas)).toEqual(answer);
  });
});
