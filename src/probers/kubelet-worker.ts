import type { RunResult } from "./kubelet-attempt.ts";

/** The three kinds of probe; each container has at most one worker for each. */
export type ProbeType = "startup" | "readiness" | "liveness";

/** The numbers of a probe, as in the Probe API object. */
export interface ProbeSpec {
  readonly type: ProbeType;
  readonly initialDelaySeconds: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

/** What a worker says of its container. */
export type WorkerVerdict = "success" | "failure" | "unknown";

/** The state of a worker between two steps (`pkg/kubelet/prober/worker.go`). */
export interface Worker {
  readonly spec: ProbeSpec;
  /** The container seen last; a new one takes the verdict back, but not the streak. */
  readonly containerId?: string;
  readonly lastResult?: "success" | "failure";
  /** The length of the streak of `lastResult`. */
  readonly run: number;
  /** Nothing more is asked of this container. */
  readonly onHold: boolean;
  readonly verdict: WorkerVerdict;
  /** The worker is gone. */
  readonly ended: boolean;
}

/** What the worker sees when it steps. */
export interface Sight {
  readonly pod: "unknown" | "running" | "failed" | "succeeded";
  /** The pod is being deleted. */
  readonly deleted: boolean;
  /** Missing while it is not created yet. */
  readonly container?: {
    readonly id: string;
    readonly running: boolean;
    /** Whether a container that ended will be started again. */
    readonly restarts: boolean;
    /** The startup probe passed, or there is none. */
    readonly started: boolean;
    readonly secondsSinceStart: number;
  };
}

const INITIAL: { readonly [T in ProbeType]: WorkerVerdict } = {
  startup: "unknown",
  readiness: "failure",
  liveness: "success",
};

/** A worker before its first step. */
export function createWorker(spec: ProbeSpec): Worker {
  return { spec, run: 0, onHold: false, verdict: INITIAL[spec.type], ended: false };
}

/** One step of a worker: what it is afterwards. Asks the probe only where the kubelet would. */
export function stepOf(worker: Worker, { pod, deleted, container }: Sight, probe: () => RunResult): Worker {
  const { type, initialDelaySeconds } = worker.spec;
  if (worker.ended) return worker;
  if (pod === "failed" || pod === "succeeded") return { ...worker, ended: true };
  if (pod === "unknown" || !container) return worker;
  const now: Worker =
    container.id === worker.containerId
      ? worker
      : { ...worker, containerId: container.id, verdict: INITIAL[type], onHold: false };
  if (now.onHold) return now;
  if (!container.running) return { ...now, verdict: "failure", ended: !container.restarts };
  if (deleted && type !== "readiness") return { ...now, verdict: "success", ended: true };
  if (Math.floor(container.secondsSinceStart) < initialDelaySeconds) return now;
  if ((type === "startup") === container.started) return now;
  return countOf(now, probe());
}

/** The streak, and the verdict once it is long enough. */
function countOf(worker: Worker, result: RunResult): Worker {
  if (result === "discarded") return worker;
  const { type, failureThreshold, successThreshold } = worker.spec;
  const counted: Worker = { ...worker, lastResult: result, run: result === worker.lastResult ? worker.run + 1 : 1 };
  if (counted.run < (result === "failure" ? failureThreshold : successThreshold)) return counted;
  const holds = type === "startup" || (type === "liveness" && result === "failure");
  return { ...counted, verdict: result, ...(holds && { onHold: true, run: 0 }) };
}
