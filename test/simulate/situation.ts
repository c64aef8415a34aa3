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
    drainSeconds: fc.constantFrom(0, 3, 10, 60),
    graceSeconds: fc.constantFrom(1, 30),
    spreadSeconds: fc.constantFrom(0, 10),
    bootSeconds: fc.constantFrom(0, 1, 5),
    propagationSeconds: fc.constantFrom(0, 2),
  })
  .map(({ firstSeconds, refreshSeconds, refreshEvery, stale, refuse, timeout, stall, deploy, ...rest }) => {
    const { startup, readiness: ready, liveness, ...others } = rest;
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
    };
  });
