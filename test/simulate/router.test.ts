import { describe, expect, test } from "vitest";
import { FATES, type Setup } from "../../src/simulate/index.ts";
import { Recorder } from "../../src/simulate/record.ts";
import { Router, type RouterRule, type Standing } from "../../src/simulate/router.ts";
import { worldOf } from "../../src/simulate/setup.ts";

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
  const world = worldOf(SETUP);
  const record = new Recorder(world.untilMs, SETUP.replicas);
  const router = new Router(rule, world, record);
  replicas.forEach((standing, replica) => router.set(replica, standing, 0));
  router.pass(1_000);
  const met = FATES.map((fate) => [fate, record.requestsOf(fate)] as const);
  return Object.fromEntries(met.filter(([, count]) => count > 0));
}

const good: Standing = { rotation: "in", fate: "fresh" };
const out: Standing = { rotation: "out", fate: "stale" };
const ending: Standing = { rotation: "terminating", fate: "fresh" };

const KUBERNETES: RouterRule = { noneLeft: "terminating", panicUnder: 0 };
const HAPROXY: RouterRule = { noneLeft: "nobody", panicUnder: 0 };
const ALB: RouterRule = { noneLeft: "everybody", panicUnder: 0 };
const ENVOY: RouterRule = { noneLeft: "everybody", panicUnder: 0.5 };

describe("a router", () => {
  test.each([
    ["sends to whoever is in rotation, and to nobody else", HAPROXY, [good, out, ending], { fresh: 100 }],
    ["spreads evenly", HAPROXY, [good, { rotation: "in", fate: "lost" }], { fresh: 50, lost: 50 }],
    ["without a replica refuses", ALB, [], { refused: 100 }],
    ["that fails closed refuses when nobody is left", HAPROXY, [out, ending], { refused: 100 }],
    ["of Kubernetes falls back to what ends and is still ready", KUBERNETES, [out, ending], { fresh: 100 }],
    ["of Kubernetes refuses when there is none of those either", KUBERNETES, [out, out], { refused: 100 }],
    ["that fails open sends to everybody when nobody is left", ALB, [out, ending], { stale: 50, fresh: 50 }],
    ["that fails open does not while somebody is left", ALB, [good, out, out, out], { fresh: 100 }],
    ["that panics does so under its share", ENVOY, [good, out, out, out], { fresh: 25, stale: 75 }],
    ["that panics does not at its share", ENVOY, [good, good, out, out], { fresh: 100 }],
  ] as const)("%s", (_, rule, replicas, met) => {
    expect(secondOf(rule, ...replicas)).toEqual(met);
  });
});
