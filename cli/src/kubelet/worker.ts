import type { RunResult } from "./attempt.ts";

/** The three kinds of probe. Each container has at most one worker for each kind. */
export type ProbeType = "startup" | "readiness" | "liveness";

/** The numbers of a probe, with the names of the Probe API object. */
export interface ProbeSpec {
  readonly type: ProbeType;
  readonly initialDelaySeconds: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

/** The verdict of a worker on its container. */
export type WorkerVerdict = "success" | "failure" | "unknown";

/** The state of a worker between two steps (`pkg/kubelet/prober/worker.go`). */
export interface Worker {
  readonly spec: ProbeSpec;
  /** The last container. A new container resets the verdict, but not the streak. */
  readonly containerId: string | undefined;
  readonly lastResult: "success" | "failure" | undefined;
  /** The length of the streak of `lastResult`. */
  readonly run: number;
  /** The worker sends no more probes to this container. */
  readonly onHold: boolean;
  readonly verdict: WorkerVerdict;
  /** The worker has ended. */
  readonly ended: boolean;
}

/** The input of a step. */
export interface ObservedPod {
  readonly pod: "unknown" | "running" | "failed" | "succeeded";
  /** The pod is being deleted. */
  readonly deleted: boolean;
  /** The container. Missing before it is created. */
  readonly container?: {
    readonly id: string;
    readonly running: boolean;
    /** Whether the container will be started again after its end. */
    readonly restarts: boolean;
    /** Whether the startup probe has passed or does not exist. */
    readonly started: boolean;
    readonly secondsSinceStart: number;
  };
}

const INITIAL: { readonly [T in ProbeType]: WorkerVerdict } = {
  startup: "unknown",
  readiness: "failure",
  liveness: "success",
};

/** The state of a worker before its first step. */
export function createWorker(spec: ProbeSpec): Worker {
  const verdict = INITIAL[spec.type];
  return { spec, containerId: undefined, lastResult: undefined, run: 0, onHold: false, verdict, ended: false };
}

/** Runs one step of a worker and returns its new state. It sends a probe only when the kubelet would. */
export function stepOf(worker: Worker, { pod, deleted, container }: ObservedPod, probe: () => RunResult): Worker {
  const { type, initialDelaySeconds } = worker.spec;
  if (worker.ended) return worker;
  if (pod === "failed" || pod === "succeeded") return judged(worker, worker.verdict, { ended: true });
  if (pod === "unknown" || !container) return worker;
  const now = container.id === worker.containerId ? worker : begun(worker, container.id);
  if (now.onHold) return now;
  if (!container.running) return judged(now, "failure", { ended: !container.restarts });
  if (deleted && type !== "readiness") return judged(now, "success", { ended: true });
  if (Math.floor(container.secondsSinceStart) < initialDelaySeconds) return now;
  if ((type === "startup") === container.started) return now;
  return countOf(now, probe());
}

/** Whether a step would send a probe now. */
export function sendsProbe(worker: Worker, { pod, deleted, container }: ObservedPod): boolean {
  const { type, initialDelaySeconds } = worker.spec;
  if (worker.ended || pod !== "running" || !container?.running) return false;
  if (worker.onHold && container.id === worker.containerId) return false;
  if (deleted && type !== "readiness") return false;
  return Math.floor(container.secondsSinceStart) >= initialDelaySeconds && (type === "startup") !== container.started;
}

// Objects are written out in full because a spread is several times as slow, and a simulation counts millions of probes.

function begun({ spec, lastResult, run, ended }: Worker, containerId: string): Worker {
  return { spec, containerId, lastResult, run, onHold: false, verdict: INITIAL[spec.type], ended };
}

function judged(
  { spec, containerId, lastResult, run, onHold }: Worker,
  verdict: WorkerVerdict,
  { ended }: Pick<Worker, "ended">,
): Worker {
  return { spec, containerId, lastResult, run, onHold, verdict, ended };
}

/** Updates the streak, and the verdict when the streak is long enough. */
function countOf(worker: Worker, result: RunResult): Worker {
  if (result === "discarded") return worker;
  const { spec, containerId, lastResult, onHold, verdict, ended } = worker;
  const { type, failureThreshold, successThreshold } = spec;
  const run = result === lastResult ? worker.run + 1 : 1;
  const turns = run >= (result === "failure" ? failureThreshold : successThreshold);
  const holds = turns && (type === "startup" || (type === "liveness" && result === "failure"));
  return {
    spec,
    containerId,
    lastResult: result,
    run: holds ? 0 : run,
    onHold: holds || onHold,
    verdict: turns ? result : verdict,
    ended,
  };
}
