import { siblingOf } from "../../doctor/rule/path.ts";
import type { KubeletProbe } from "../../simulate/index.ts";
import type { Facts } from "../model/spec.ts";
import { changeAt, knobOf, type Around, type Candidate, type Change } from "./change.ts";

/** The changes that may help a Kubernetes workload, the smallest first. */
export function kubernetesCandidates(around: Around): readonly Candidate[] {
  return [
    startBudget(around),
    livenessPath(around),
    readinessThere(around),
    readinessPath(around),
    livenessPatience(around),
    drain(around),
    rolling(around),
    replicas(around),
  ].flatMap((candidate) => candidate ?? []);
}

/** The longest load that a start must survive. */
function longestOf({ loadSeconds, slowFactor }: Facts): number {
  return loadSeconds * slowFactor * 1.2;
}

/** The default numbers of a probe. */
const PERIOD = 10;
const FAILURES = 3;
const TIMEOUT = 1;

/** Adds or extends a startup probe, so that nothing is killed before the longest load has ended. */
function startBudget(around: Around): Candidate | undefined {
  const { workload, spec, facts } = around;
  const { startup, liveness, readiness } = spec.probes;
  if (!startup && !liveness) return undefined;
  const longest = longestOf(facts);
  const why = `a load of ${Math.round(facts.loadSeconds * facts.slowFactor)} s must end before the container can be killed`;
  if (startup) {
    const { periodSeconds = PERIOD, failureThreshold = FAILURES, initialDelaySeconds = 0 } = startup;
    const next = Math.ceil((longest - initialDelaySeconds) / periodSeconds) + 2;
    if (next <= failureThreshold) return undefined;
    return {
      changes: [
        changeAt(around, "startup.failures", {
          name: "startupProbe.failureThreshold",
          now: failureThreshold,
          next,
          why,
        }),
      ],
      spec: { ...spec, probes: { ...spec.probes, startup: { ...startup, failureThreshold: next } } },
    };
  }
  const source = readiness ?? liveness;
  if (!source) return undefined;
  const handler = workload.handlers[readiness ? "readiness" : "liveness"] ?? "";
  const failureThreshold = Math.ceil(longest / 5) + 2;
  const added: KubeletProbe = {
    asks: source.asks,
    by: source.by ?? "http",
    periodSeconds: 5,
    timeoutSeconds: 3,
    failureThreshold,
  };
  return {
    changes: [
      {
        line: knobOf(workload, "startup.here").line,
        after: `startupProbe:\n  ${handler}\n  periodSeconds: 5\n  timeoutSeconds: 3\n  failureThreshold: ${failureThreshold}`,
        why,
      },
    ],
    spec: { ...spec, probes: { ...spec.probes, startup: added } },
  };
}

/** Changes liveness, so that it checks the process and not the data. */
function livenessPath(around: Around): Candidate | undefined {
  const { workload, spec } = around;
  const { liveness } = spec.probes;
  const path = workload.paths.liveness;
  if (!liveness || path === undefined || liveness.asks === "liveness") return undefined;
  return {
    changes: [
      changeAt(around, "liveness.path", {
        name: "livenessProbe path",
        now: path,
        next: siblingOf(path, "liveness"),
        why: "a probe that restarts must not depend on the data. The service must answer this path while the process works",
      }),
    ],
    spec: { ...spec, probes: { ...spec.probes, liveness: { ...liveness, asks: "liveness" } } },
  };
}

function readinessThere(around: Around): Candidate | undefined {
  const { workload, spec } = around;
  if (spec.probes.readiness) return undefined;
  const path = workload.paths.liveness;
  const handler = workload.handlers.liveness;
  const next = handler !== undefined && path !== undefined ? handler.replace(path, readyPath(path)) : readyOf(around);
  return {
    changes: [
      {
        line: knobOf(workload, "readiness.here").line,
        after: `readinessProbe:\n  ${next}\n  periodSeconds: 5\n  timeoutSeconds: 3`,
        why: "without it, requests arrive as soon as the process runs, before the service can answer them",
      },
    ],
    spec: {
      ...spec,
      probes: { ...spec.probes, readiness: { asks: "readiness", periodSeconds: 5, timeoutSeconds: 3 } },
    },
  };
}

/** Returns the readiness path that belongs to a liveness path. */
function readyPath(path: string): string {
  return siblingOf(path, "readiness");
}

/** A handler for a service without a readiness path. */
function readyOf({ workload }: Around): string {
  return `httpGet: { path: /ready, port: ${workload.port ?? 8080} }`;
}

function readinessPath(around: Around): Candidate | undefined {
  const { workload, spec } = around;
  const { readiness } = spec.probes;
  if (!readiness || readiness.asks === "readiness") return undefined;
  const path = workload.paths.readiness;
  const changed: KubeletProbe = { ...readiness, asks: "readiness", by: "http" };
  const why =
    "a probe that routes must fail while the service cannot answer requests. This one passes as soon as the process listens";
  return {
    changes: [
      path === undefined
        ? {
            line: knobOf(workload, "readiness.period").line,
            before: workload.handlers.readiness,
            after: readyOf(around),
            why,
          }
        : changeAt(around, "readiness.path", { name: "readinessProbe path", now: path, next: readyPath(path), why }),
    ],
    spec: { ...spec, probes: { ...spec.probes, readiness: changed } },
  };
}

/** Changes liveness, so that it tolerates a stall. */
function livenessPatience(around: Around): Candidate | undefined {
  const { spec, facts } = around;
  const { liveness } = spec.probes;
  if (!liveness) return undefined;
  const { periodSeconds = PERIOD, failureThreshold = FAILURES, timeoutSeconds = TIMEOUT } = liveness;
  const next = Math.ceil((facts.stallSeconds + timeoutSeconds) / periodSeconds) + 1;
  if (next <= failureThreshold) return undefined;
  return {
    changes: [
      changeAt(around, "liveness.failures", {
        name: "livenessProbe.failureThreshold",
        now: failureThreshold,
        next,
        why: `(${next} - 1) x ${periodSeconds} s is longer than a stall of ${facts.stallSeconds} s`,
      }),
    ],
    spec: { ...spec, probes: { ...spec.probes, liveness: { ...liveness, failureThreshold: next } } },
  };
}

/** Adds a preStop hook that is longer than the propagation, and a grace that covers hook and drain. */
function drain(around: Around): Candidate | undefined {
  const { workload, spec } = around;
  const pause = 10;
  if (spec.preStopSeconds >= pause) return undefined;
  const { line, written } = knobOf(workload, "preStop");
  const changes: Change[] = [
    {
      line,
      before: written === undefined ? undefined : `preStop: ${written}`,
      after: hookAfter(written, pause),
      why: "requests arrive until every node knows that the pod stops, so the pod must keep serving",
    },
  ];
  const needed = pause + spec.drainSeconds;
  const graceSeconds = needed >= spec.graceSeconds ? needed + 20 : spec.graceSeconds;
  if (graceSeconds !== spec.graceSeconds)
    changes.push(
      changeAt(around, "grace", {
        name: "terminationGracePeriodSeconds",
        now: spec.graceSeconds,
        next: graceSeconds,
        why: "SIGKILL must come after the hook and the drain",
      }),
    );
  return { changes, spec: { ...spec, preStopSeconds: pause, graceSeconds } };
}

/** A hook that sleeps first, and then runs the existing command. */
function hookAfter(written: string | undefined, seconds: number): string {
  const words = written?.startsWith("exec:") ? /\[.*\]/.exec(written)?.[0] : undefined;
  if (written === undefined || written.startsWith("sleep:"))
    return `lifecycle:\n  preStop: { sleep: { seconds: ${seconds} } }`;
  if (words === undefined) return `a hook that takes ${seconds} s, in addition to its current command`;
  const command: unknown = JSON.parse(words);
  const [last, option, line] = Array.isArray(command) ? command.map(String) : [];
  const does = option === "-c" ? line : Array.isArray(command) ? command.join(" ") : "";
  const rest = /^\s*sleep\s+[\d.]+[sm]?\s*(?:;|&&)?\s*(.*)$/s.exec(does ?? "")?.[1] ?? does ?? "";
  const shell = option === "-c" ? (last ?? "sh") : "sh";
  const slept = `sleep ${seconds}${rest === "" ? "" : `; ${rest}`}`;
  return `preStop: { exec: { command: [${[shell, "-c", slept].map((word) => JSON.stringify(word)).join(", ")}] } }`;
}

function rolling(around: Around): Candidate | undefined {
  const { workload, spec } = around;
  if (spec.maxUnavailable === 0 || workload.kind !== "Deployment") return undefined;
  const isRecreate = workload.knobs.surge?.written === "Recreate";
  const maxSurge = Math.max(1, spec.maxSurge);
  return {
    changes: [
      {
        line: knobOf(workload, "surge").line,
        before: isRecreate
          ? "type: Recreate"
          : `maxSurge ${spec.maxSurge}, maxUnavailable ${spec.maxUnavailable}${workload.knobs.surge?.written === "said" ? "" : " (the default)"}`,
        after: `strategy:\n${isRecreate ? "  type: RollingUpdate\n" : ""}  rollingUpdate: { maxSurge: ${maxSurge}, maxUnavailable: 0 }`,
        why: "a replica ends only after its replacement is ready",
      },
    ],
    spec: { ...spec, maxSurge, maxUnavailable: 0 },
  };
}

/** Two replicas, so that one can leave. */
function replicas(around: Around): Candidate | undefined {
  const { spec, workload } = around;
  if (spec.replicas >= 2 || workload.kind === "Pod") return undefined;
  return {
    changes: [
      changeAt(around, "replicas", {
        name: "replicas",
        now: spec.replicas,
        next: 2,
        why: "one replica must serve while the other is replaced",
      }),
    ],
    spec: { ...spec, replicas: 2, maxSurge: Math.max(1, spec.maxSurge), maxUnavailable: 0 },
  };
}
