import { siblingOf } from "../../doctor/rule/path.ts";
import type { Setup } from "../../simulate/index.ts";
import type { Platform } from "../model/spec.ts";
import { changeAt, knobOf, type Around, type Candidate, type Change } from "./change.ts";

/** The spelling of a setting on each platform. */
const NAMES: {
  readonly [P in Exclude<Platform, "kubernetes">]: {
    readonly start: string;
    readonly failures: string;
    readonly grace: string;
    readonly seconds: (value: number) => string;
  };
} = {
  swarm: { start: "start_period", failures: "retries", grace: "stop_grace_period", seconds: (value) => `${value}s` },
  compose: { start: "start_period", failures: "retries", grace: "stop_grace_period", seconds: (value) => `${value}s` },
  ecs: { start: '"startPeriod"', failures: '"retries"', grace: '"stopTimeout"', seconds: String },
  haproxy: { start: "", failures: "fall", grace: "", seconds: (value) => `${value}s` },
};

/** The changes that may help a workload with one check, the smallest first. */
export function checkCandidates(around: Around): readonly Candidate[] {
  const { platform } = around.workload;
  if (platform === "kubernetes") return [];
  const names = NAMES[platform];
  return [
    startPeriod(around, names),
    replacingPath(around),
    routingPath(around),
    patience(around, names),
    fasterAndDrain(around, names),
    serviceDrain(around, names),
    startFirst(around),
    moreReplicas(around),
  ].flatMap((candidate) => candidate ?? []);
}

type Names = (typeof NAMES)["ecs"];

/** The longest value that ECS accepts. */
const ECS_START_MOST = 300;

function startPeriod(around: Around, names: Names): Candidate | undefined {
  const { workload, spec, facts } = around;
  const { replacing } = spec;
  if (!replacing || replacing.asks === "liveness") return undefined;
  const wanted = Math.ceil(1.5 * facts.loadSeconds * facts.slowFactor);
  const startSeconds = workload.platform === "ecs" ? Math.min(ECS_START_MOST, wanted) : wanted;
  if (startSeconds <= replacing.startSeconds) return undefined;
  return {
    changes: [
      changeAt(around, "check.start", {
        name: names.start,
        now: names.seconds(replacing.startSeconds),
        next: names.seconds(startSeconds),
        why: `a load of ${Math.round(facts.loadSeconds * facts.slowFactor)} s must end before failures count`,
      }),
    ],
    spec: { ...spec, replacing: { ...replacing, startSeconds } },
  };
}

function replacingPath(around: Around): Candidate | undefined {
  const { workload, spec } = around;
  const { replacing, check } = spec;
  const path = workload.paths.check;
  if (!replacing || replacing.asks === "liveness" || path === undefined) return undefined;
  return {
    changes: [
      changeAt(around, "check.path", {
        name: "the path of the check",
        now: path,
        next: siblingOf(path, "liveness"),
        why: "a check that replaces a task must not depend on its data. The service must answer this path while the process works",
      }),
    ],
    spec: {
      ...spec,
      replacing: { ...replacing, asks: "liveness" },
      // Swarm also routes by this check.
      ...(check?.asks !== undefined && { check: { ...check, asks: "liveness" } }),
    },
  };
}

function routingPath(around: Around): Candidate | undefined {
  const { workload, spec } = around;
  const { check } = spec;
  if (workload.platform !== "haproxy" || !check || check.asks !== "liveness") return undefined;
  const path = workload.paths.check;
  const next = path === undefined ? "/ready" : siblingOf(path, "readiness");
  return {
    changes: [
      {
        line: knobOf(workload, "check.path").line,
        before: path === undefined ? "a check by TCP" : path,
        after: `option httpchk\nhttp-check send meth GET uri ${next} ver HTTP/1.1 hdr Host app.example.test`,
        why: "a check that routes must fail while the service cannot answer requests",
      },
    ],
    spec: { ...spec, check: { ...check, asks: "readiness", by: "http" } },
  };
}

function patience(around: Around, names: Names): Candidate | undefined {
  const { spec, facts } = around;
  const { replacing } = spec;
  if (!replacing) return undefined;
  const { intervalSeconds, timeoutSeconds, retries } = replacing;
  const next = Math.ceil((facts.stallSeconds + timeoutSeconds) / intervalSeconds) + 1;
  if (next <= retries) return undefined;
  return {
    changes: [
      changeAt(around, "check.failures", {
        name: names.failures,
        now: retries,
        next,
        why: `(${next} - 1) x ${intervalSeconds} s is longer than a stall of ${facts.stallSeconds} s`,
      }),
    ],
    spec: { ...spec, replacing: { ...replacing, retries: next } },
  };
}

/** A balancer notices the end of a replica only by its check. */
function reactionOf(check: NonNullable<Setup["check"]>): number {
  const { fall = 3, intervalSeconds = 10, timeoutSeconds = 5 } = check;
  return fall * intervalSeconds + timeoutSeconds;
}

function fasterCheck(around: Around): Candidate | undefined {
  const { workload, spec } = around;
  const { check } = spec;
  if (workload.platform !== "haproxy" || !check || reactionOf(check) <= 8) return undefined;
  const next = { ...check, intervalSeconds: 2, fall: 2, timeoutSeconds: 2 };
  return {
    changes: [
      changeAt(around, "check.period", {
        name: knobOf(workload, "check.period").written?.split(" ")[0] ?? "server",
        now: `inter ${check.intervalSeconds ?? 2}s fall ${check.fall ?? 3}`,
        next: "inter 2s fall 2",
        why: `a server that leaves is noticed within ${reactionOf(next)} s`,
      }),
    ],
    spec: { ...spec, check: next },
  };
}

/** A faster check comes first, because a shorter drain is then enough. */
function fasterAndDrain(around: Around, names: Names): Candidate | undefined {
  const faster = fasterCheck(around);
  if (!faster) return undefined;
  const both = serviceDrain({ ...around, spec: faster.spec }, names);
  return both ? { changes: [...faster.changes, ...both.changes], spec: both.spec } : faster;
}

/** How long requests come after SIGTERM: until a check fails, or shortly if the routing knows before SIGTERM. */
function neededDrain({ workload, spec: { check, told } }: Around): number {
  if (workload.platform === "compose") return 0;
  return told ? 5 : Math.ceil(check ? reactionOf(check) + 2 : 12);
}

/** The service continues to serve until the balancer has noticed, and the platform waits for it. */
function serviceDrain(around: Around, names: Names): Candidate | undefined {
  const { workload, spec } = around;
  const { drainSeconds } = spec;
  const needed = neededDrain(around);
  if (needed <= drainSeconds) return undefined;
  const changes: Change[] = [
    {
      line: workload.line,
      before: `the service ends ${drainSeconds} s after SIGTERM`,
      after: `--drain ${needed}s: readiness fails, and the service keeps serving for ${needed} s`,
      why: spec.told
        ? "some requests still arrive after SIGTERM"
        : "the balancer sends requests until its check has failed",
    },
  ];
  const graceSeconds = needed >= spec.graceSeconds ? needed + 15 : spec.graceSeconds;
  if (graceSeconds !== spec.graceSeconds && names.grace !== "")
    changes.push(
      changeAt(around, "grace", {
        name: names.grace,
        now: names.seconds(spec.graceSeconds),
        next: names.seconds(graceSeconds),
        why: "SIGKILL must come after the drain",
      }),
    );
  return { changes, spec: { ...spec, drainSeconds: needed, graceSeconds } };
}

function startFirst(around: Around): Candidate | undefined {
  const { workload, spec } = around;
  if (workload.platform !== "swarm" || spec.maxUnavailable === 0) return undefined;
  return {
    changes: [
      {
        line: knobOf(workload, "surge").line,
        before: "order: stop-first",
        after: "update_config: { order: start-first }",
        why: "a task ends only after its replacement is healthy",
      },
    ],
    spec: { ...spec, maxSurge: Math.max(1, spec.maxUnavailable), maxUnavailable: 0 },
  };
}

function moreReplicas(around: Around): Candidate | undefined {
  const { workload, spec } = around;
  if (spec.replicas >= 2 || workload.platform === "compose" || workload.kind === "global") return undefined;
  return {
    changes: [
      changeAt(around, "replicas", {
        name: "replicas",
        now: spec.replicas,
        next: 2,
        why: "one replica must serve while the other is replaced",
      }),
    ],
    spec: { ...spec, replicas: 2 },
  };
}
