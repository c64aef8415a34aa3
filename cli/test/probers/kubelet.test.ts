import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { budgetOf } from "../../src/probers/model/fit.ts";
import { attemptOf, redirectOf, runOf, type Attempt, type RunResult } from "../../src/kubelet/attempt.ts";
import { startOf, type Backoff } from "../../src/kubelet/restart.ts";
import {
  createWorker,
  stepOf,
  type ProbeSpec,
  type ProbeType,
  type ObservedPod,
  type Worker,
} from "../../src/kubelet/worker.ts";
import { planOf } from "../../src/probers/index.ts";

const specOf = (type: ProbeType, more: Partial<ProbeSpec> = {}): ProbeSpec => ({
  type,
  initialDelaySeconds: 0,
  successThreshold: 1,
  failureThreshold: 3,
  ...more,
});

function sightOf(
  more: Partial<NonNullable<ObservedPod["container"]>> = {},
  pod: Partial<ObservedPod> = {},
): ObservedPod {
  return {
    pod: "running",
    deleted: false,
    container: { id: "one", running: true, restarts: true, started: true, secondsSinceStart: 60, ...more },
    ...pod,
  };
}

/** Steps through results in one container, and gives the verdict after each. */
function verdictsOf(worker: Worker, results: readonly RunResult[], observed = sightOf()): readonly string[] {
  let now = worker;
  return results.map((result) => {
    now = stepOf(now, observed, () => result);
    return now.verdict;
  });
}

const never = (): RunResult => {
  throw new Error("nothing may be asked now");
};

describe("an attempt", () => {
  test.each([
    [199, "failure"],
    [200, "success"],
    [299, "success"],
    [300, "warning"],
    [399, "warning"],
    [400, "failure"],
    [503, "failure"],
  ] as const)("that is answered %d is a %s", (status, attempt) => {
    expect(attemptOf({ kind: "answer", status, bodyBroke: false })).toBe(attempt);
  });

  test("whose body breaks off is an error whatever its status, and one without an answer a failure", () => {
    expect([attemptOf({ kind: "answer", status: 503, bodyBroke: true }), attemptOf({ kind: "nothing" })]).toEqual([
      "error",
      "failure",
    ]);
  });

  test("follows ten redirects on the same host, fails at the next, and stops at another host", () => {
    expect([redirectOf("a", "a", 9), redirectOf("a", "a", 10), redirectOf("a", "b", 0)]).toEqual([
      "follow",
      "failure",
      "stop",
    ]);
  });

  test("is repeated up to twice while it ends in an error, and then the run is discarded", () => {
    const told: Attempt[] = ["error", "error", "error", "success"];
    const asked: Attempt[] = [];
    const next = (): Attempt => {
      const attempt = told[asked.length] ?? "success";
      asked.push(attempt);
      return attempt;
    };
    expect([runOf(next), asked]).toEqual(["discarded", ["error", "error", "error"]]);
  });
});

describe("a worker", () => {
  const results = fc.array(fc.constantFrom<RunResult>("success", "failure", "discarded"), { maxLength: 60 });

  test("never fails liveness while no streak of failures reaches the threshold", () => {
    fc.assert(
      fc.property(results, fc.integer({ min: 1, max: 5 }), (given, failureThreshold) => {
        let streak = 0;
        const kept = given.filter((result) => {
          streak = result === "failure" ? streak + 1 : result === "success" ? 0 : streak;
          if (streak < failureThreshold) return true;
          streak -= 1;
          return false;
        });
        expect(new Set(verdictsOf(createWorker(specOf("liveness", { failureThreshold })), kept))).toEqual(
          new Set(kept.length > 0 ? ["success"] : []),
        );
      }),
    );
  });

  test("with thresholds of one flips at every result, and a discarded run changes nothing", () => {
    fc.assert(
      fc.property(results, (given) => {
        let last = "failure";
        const wanted = given.map((result) => (last = result === "discarded" ? last : result));
        expect(verdictsOf(createWorker(specOf("readiness", { failureThreshold: 1 })), given)).toEqual(wanted);
      }),
    );
  });

  test("asks nothing more after it killed, until there is another container", () => {
    let worker = createWorker(specOf("liveness", { failureThreshold: 1 }));
    worker = stepOf(worker, sightOf(), () => "failure");
    worker = stepOf(worker, sightOf(), never);
    const held = worker.verdict;
    worker = stepOf(worker, sightOf({ id: "two" }), () => "success");
    expect([held, worker.verdict, worker.onHold]).toEqual(["failure", "success", false]);
  });

  test("keeps a streak over a restart that it did not cause", () => {
    let worker = createWorker(specOf("readiness"));
    for (const id of ["one", "one", "two"]) worker = stepOf(worker, sightOf({ id }), () => "failure");
    expect([worker.run, worker.lastResult]).toEqual([3, "failure"]);
  });

  test.each([
    ["the pod is unknown", sightOf({}, { pod: "unknown" })],
    ["the delay is not over", sightOf({ secondsSinceStart: 29.9 })],
    ["the startup probe has not passed", sightOf({ started: false })],
  ])("asks nothing while %s", (_, observed) => {
    expect(stepOf(createWorker(specOf("liveness", { initialDelaySeconds: 30 })), observed, never).verdict).toBe(
      "success",
    );
  });

  test("of the startup kind asks nothing once the container has started", () => {
    expect(stepOf(createWorker(specOf("startup")), sightOf(), never).verdict).toBe("unknown");
  });

  test("says success for liveness and goes on with readiness when the pod is deleted", () => {
    const deleted = sightOf({}, { deleted: true });
    const [live, ready] = [
      stepOf(createWorker(specOf("liveness")), deleted, never),
      stepOf(createWorker(specOf("readiness")), deleted, () => "success"),
    ];
    expect([live.verdict, live.ended, ready.verdict, ready.ended]).toEqual(["success", true, "success", false]);
  });
});

describe("a start-up budget", () => {
  /** The second at which a startup probe kills a container that never answers; the phase is the worker's. */
  function killedAt(period: number, failureThreshold: number, phase: number): number {
    let worker = createWorker(specOf("startup", { failureThreshold }));
    for (let second = phase; ; second += period) {
      worker = stepOf(worker, sightOf({ started: false, secondsSinceStart: second }), () => "failure");
      if (worker.verdict === "failure") return second;
    }
  }

  test("as generated never kills before the load is over, whatever the phase", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 900 }),
        fc.integer({ min: 1, max: 30 }),
        fc.nat(100),
        (load, period, part) => {
          const { failures, sure } = budgetOf("any", planOf({ loadTime: load * 1_000 }), period);
          const killed = killedAt(period, failures, (part / 100) * period);
          expect(killed >= load && killed >= sure && killed <= failures * period).toBe(true);
        },
      ),
    );
  });
});

describe("the back-off", () => {
  test("lets a process that ends at once start again at once, then after 10, 20, 40, 80, 160, 300, 300 s", () => {
    const waits: number[] = [];
    let backoff: Backoff | undefined;
    for (let [now, round] = [0, 0]; round < 8; round += 1) {
      const finished = now;
      const first = startOf(backoff, finished, now);
      if (!first.may) now += first.waitSeconds;
      waits.push(now - finished);
      const start = startOf(backoff, finished, now);
      backoff = start.may ? start.backoff : backoff;
    }
    expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  });

  test("is forgotten after more than ten minutes between a start and the next end", () => {
    const backoff = { delaySeconds: 300, sinceSeconds: 1_000 };
    expect([startOf(backoff, 1_600, 1_600), startOf(backoff, 1_601, 1_601)]).toEqual([
      { may: false, waitSeconds: 300 },
      { may: true, backoff: { delaySeconds: 10, sinceSeconds: 1_601 } },
    ]);
  });

  test("lets a container killed by a probe start twice at once, for the status does not know of its end yet", () => {
    const first = startOf(undefined, undefined, 30);
    const second = startOf(first.may ? first.backoff : undefined, 30, 60);
    expect([first, second]).toEqual([
      { may: true, backoff: undefined },
      { may: true, backoff: { delaySeconds: 10, sinceSeconds: 60 } },
    ]);
  });
});

describe("an hour of a container that loads for two minutes", () => {
  /** How often the kubelet restarts it, and the seconds in which it is loaded. */
  function anHour(
    liveness: "/status" | "/status/live",
    startup: ProbeSpec | undefined,
  ): { readonly restarts: number; readonly loaded: number } {
    let [startedAt, id, restarts, loaded] = [0, 0, 0, 0];
    let backoff: Backoff | undefined;
    let ended: number | undefined;
    let waiting: number | undefined;
    let live = createWorker(specOf("liveness"));
    let start = startup && createWorker(startup);
    for (let now = 0; now < 3_600; now += 1) {
      if (waiting !== undefined) {
        const allowed = startOf(backoff, waiting < 0 ? undefined : waiting, now);
        if (!allowed.may) {
          // The next look is at a newer status, which knows of the end by now.
          waiting = ended;
          continue;
        }
        backoff = allowed.backoff;
        [startedAt, id, waiting, restarts] = [now, id + 1, undefined, restarts + 1];
      }
      const isLoaded = now - startedAt >= 120;
      loaded += isLoaded ? 1 : 0;
      const asked = (path: string) => (): RunResult =>
        runOf(() =>
          attemptOf({ kind: "answer", status: path === "/status/live" || isLoaded ? 200 : 503, bodyBroke: false }),
        );
      const observed = sightOf({
        id: `${id}`,
        secondsSinceStart: now - startedAt,
        started: !start || start.verdict === "success",
      });
      if (start && now % 5 === 0) start = stepOf(start, observed, asked("/status/startup"));
      if (now % 10 === 0) live = stepOf(live, observed, asked(liveness));
      // A verdict is kept per container: that on the one before says nothing of this one.
      const failed = [live, start].some((worker) => worker?.containerId === `${id}` && worker.verdict === "failure");
      if (failed) {
        // The status before the kill knows of the end before this one.
        waiting = ended ?? -1;
        ended = now;
      }
    }
    return { restarts, loaded };
  }

  test("with liveness on /status it is restarted for ever, and never loaded", () => {
    const { restarts, loaded } = anHour("/status", undefined);
    expect({ restarts, loaded }).toEqual({ restarts: 24, loaded: 0 });
  });

  test("with liveness on /status/live and the generated startup probe it is never restarted", () => {
    const { failures } = budgetOf("kubernetes", planOf({ loadTime: "2m" }));
    expect(anHour("/status/live", specOf("startup", { failureThreshold: failures }))).toEqual({
      restarts: 0,
      loaded: 3_480,
    });
  });
});
