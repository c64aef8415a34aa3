import fc from "fast-check";
import { BALANCERS, type BalancerName, type KubeletProbe, type Setup } from "../../src/simulate/index.ts";

const ROUTERS: readonly Setup["router"][] = ["kubernetes", ...(Object.keys(BALANCERS) as BalancerName[])];

const probeOf = (asks: readonly KubeletProbe["asks"][]): fc.Arbitrary<KubeletProbe> =>
  fc.record({
    asks: fc.constantFrom(...asks),
    initialDelaySeconds: fc.constantFrom(0, 0, 7, 45),
    periodSeconds: fc.integer({ min: 1, max: 20 }),
    timeoutSeconds: fc.integer({ min: 1, max: 25 }),
    successThreshold: fc.constant(1),
    failureThreshold: fc.integer({ min: 1, max: 5 }),
  });

const readiness = probeOf(["readiness", "liveness"]).chain((probe) =>
  fc.integer({ min: 1, max: 4 }).map((successThreshold) => ({ ...probe, successThreshold })),
);

const trouble = fc
  .record({
    fromSeconds: fc.integer({ min: 0, max: 900 }),
    lasts: fc.integer({ min: 1, max: 600 }),
    kind: fc.constantFrom("down" as const, "hangs" as const, "slow" as const),
    factor: fc.integer({ min: 2, max: 20 }),
    replicas: fc.option(fc.subarray([0, 1, 2]), { nil: undefined }),
  })
  .map(({ lasts, replicas, ...rest }) => ({
    ...rest,
    untilSeconds: rest.fromSeconds + lasts,
    ...(replicas && { replicas }),
  }));

const fleet = fc.record(
  {
    leave: fc.constantFrom("10%", "50%", 2),
    loads: fc.integer({ min: 1, max: 2 }),
    rollout: fc.record({ first: fc.constantFrom(1, 2), soakSeconds: fc.constantFrom(20, 120) }),
  },
  { requiredKeys: [] },
);

/** One time in four. */
const seldom = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const revisions = fc
  .array(
    fc.record({
      fromSeconds: fc.integer({ min: 0, max: 900 }),
      kind: fc.constantFrom("good" as const, "rejected" as const, "failing" as const),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((all) =>
    all
      .sort((one, other) => one.fromSeconds - other.fromSeconds)
      .map((one, index) => ({ ...one, revision: `v${index}` })),
  );

/** Any situation, with everything that may go wrong in it. */
export const situation: fc.Arbitrary<Setup> = fc
  .record({
    replicas: fc.integer({ min: 1, max: 3 }),
    durationSeconds: fc.integer({ min: 60, max: 1_200 }),
    firstSeconds: fc.constantFrom(0.001, 1, 10, 100, 400),
    refreshSeconds: fc.constantFrom(0.001, 1, 10, 100),
    refreshEvery: fc.constantFrom(1_000, 10_000, 60_000),
    stale: fc.integer({ min: 1, max: 300 }),
    refuse: fc.option(fc.integer({ min: 0, max: 600 }), { nil: undefined }),
    timeout: fc.constantFrom(5_000, 60_000, 300_000),
    router: fc.constantFrom(...ROUTERS),
    startup: fc.option(probeOf(["startup", "readiness"]), { nil: undefined }),
    readiness: fc.option(readiness, { nil: undefined }),
    liveness: fc.option(probeOf(["liveness", "readiness"]), { nil: undefined }),
    troubles: fc.array(trouble, { maxLength: 2 }),
    stall: fc.option(
      fc.record({ everySeconds: fc.integer({ min: 30, max: 300 }), seconds: fc.integer({ min: 1, max: 40 }) }),
      {
        nil: undefined,
      },
    ),
    deploy: fc.option(fc.record({ atSeconds: fc.integer({ min: 0, max: 600 }), told: fc.boolean() }), {
      nil: undefined,
    }),
    fleet: seldom(fleet),
    revisions: seldom(revisions),
    drainSeconds: fc.constantFrom(0, 3, 10, 60),
    graceSeconds: fc.constantFrom(1, 30),
    spreadSeconds: fc.constantFrom(0, 10),
    bootSeconds: fc.constantFrom(0, 1, 5),
    propagationSeconds: fc.constantFrom(0, 2),
  })
  .map(({ firstSeconds, refreshSeconds, refreshEvery, stale, refuse, timeout, stall, deploy, ...rest }) => {
    const { startup, readiness: ready, liveness, fleet: group, revisions: announced, ...others } = rest;
    const staleAfter = refreshEvery + stale * 1_000;
    return {
      ...others,
      load: { firstSeconds, refreshSeconds },
      limits: {
        refreshEvery,
        staleAfter,
        timeout,
        refuseAfter: refuse === undefined ? "never" : staleAfter + refuse * 1_000,
      },
      probes: { ...(startup && { startup }), ...(ready && { readiness: ready }), ...(liveness && { liveness }) },
      ...(stall && { stall }),
      ...(deploy && { deploy }),
      ...(announced && { revisions: announced }),
      ...(group && { fleet: group }),
    };
  });

/** A situation in which most of the time is steady: loads that succeed, and in a trouble loads that fail. */
export const steadySituation: fc.Arbitrary<Setup> = fc
  .record({
    replicas: fc.integer({ min: 1, max: 3 }),
    refreshEvery: fc.constantFrom(2_000, 10_000, 60_000),
    firstSeconds: fc.constantFrom(0.05, 1, 4),
    jitter: fc.constantFrom(0, 0.1, 0.5),
    timeout: fc.constantFrom(60_000, 60_000, 5_000),
    stale: fc.integer({ min: 2, max: 5 }),
    refuse: fc.constantFrom("never" as const, 1, 3),
    retryMost: fc.option(fc.constantFrom(2_000, 500), { nil: undefined }),
    router: fc.constantFrom(...ROUTERS),
    trouble,
    more: fc.option(trouble, { nil: undefined }),
    deploy: fc.option(fc.record({ atSeconds: fc.integer({ min: 0, max: 900 }), told: fc.boolean() }), {
      nil: undefined,
    }),
    drained: fc.option(fc.integer({ min: 0, max: 900 }), { nil: undefined }),
  })
  .map(({ replicas, refreshEvery, firstSeconds, jitter, timeout, stale, refuse, retryMost, router, ...rest }) => ({
    replicas,
    durationSeconds: 1_200,
    load: { firstSeconds },
    limits: {
      refreshEvery,
      staleAfter: stale * refreshEvery + 10_000,
      timeout,
      jitter,
      refuseAfter: refuse === "never" ? refuse : (stale + refuse) * refreshEvery + 10_000,
      ...(retryMost !== undefined && { retryMost }),
    },
    router,
    probes: router === "kubernetes" ? { readiness: { asks: "readiness" }, liveness: { asks: "liveness" } } : {},
    troubles: [rest.trouble, ...(rest.more ? [rest.more] : [])],
    ...(rest.deploy && { deploy: rest.deploy }),
    ...(rest.drained !== undefined && { nodeDrain: { atSeconds: rest.drained, replicas: [0] } }),
  }));

/** A situation in which processes start again and again: probes kill what loads, or what is blocked. */
export const restartSituation: fc.Arbitrary<Setup> = fc
  .record({
    replicas: fc.integer({ min: 1, max: 3 }),
    refreshEvery: fc.constantFrom(10_000, 60_000),
    firstSeconds: fc.constantFrom(0.05, 3, 20, 45, 90),
    refreshSeconds: fc.constantFrom(undefined, 0.05, 8),
    stale: fc.integer({ min: 5, max: 9 }),
    timeout: fc.constantFrom(200_000, 200_000, 9_000, 30_000),
    stall: fc.option(
      fc.record({ everySeconds: fc.integer({ min: 400, max: 1_500 }), seconds: fc.integer({ min: 5, max: 50 }) }),
      { nil: undefined, freq: 3 },
    ),
    startup: seldom(probeOf(["startup"])),
    readiness: fc.option(readiness, { nil: undefined }),
    liveness: probeOf(["liveness", "readiness"]),
    router: fc.constantFrom(...ROUTERS),
    trouble: seldom(trouble),
    deploy: seldom(fc.record({ atSeconds: fc.integer({ min: 0, max: 3_000 }), told: fc.boolean() })),
    drained: seldom(fc.integer({ min: 0, max: 3_000 })),
    preStopSeconds: fc.constantFrom(0, 0, 4, 20, 60),
    drainSeconds: fc.constantFrom(0, 3, 10, 60),
    graceSeconds: fc.constantFrom(1, 15, 30, 60),
  })
  .map(({ refreshEvery, firstSeconds, refreshSeconds, stale, stall, startup, readiness: ready, ...rest }) => ({
    replicas: rest.replicas,
    durationSeconds: 3_600,
    load: { firstSeconds, ...(refreshSeconds !== undefined && { refreshSeconds }) },
    limits: { refreshEvery, staleAfter: stale * refreshEvery + 200_000, timeout: rest.timeout },
    router: rest.router,
    probes: { ...(startup && { startup }), ...(ready && { readiness: ready }), liveness: rest.liveness },
    ...(stall && { stall }),
    ...(rest.trouble && { troubles: [rest.trouble] }),
    ...(rest.deploy && { deploy: rest.deploy }),
    ...(rest.drained !== undefined && { nodeDrain: { atSeconds: rest.drained, replicas: [0] } }),
    preStopSeconds: rest.preStopSeconds,
    drainSeconds: rest.drainSeconds,
    graceSeconds: rest.graceSeconds,
  }));
