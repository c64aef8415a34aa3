import type { ProbeType, ObservedPod } from "../../kubelet/worker.ts";
import { kubernetes } from "../../probers/client/kubernetes.ts";
import { Checker } from "./checker.ts";
import type { KubeletProbe } from "../model/setup.ts";
import type { Simulation } from "../model/simulation.ts";
import { questionOf, type AskedReplica } from "./target.ts";
import { WorkerCounter } from "./worker-counter.ts";

/** The current container of a pod. */
export interface Container {
  readonly id: string;
  readonly startedMs: number;
  running: boolean;
}

/** The part of a pod that the kubelet sees. */
export interface PodState {
  readonly container: Container | undefined;
  readonly deleted: boolean;
  readonly gone: boolean;
}

/** One worker and its checks. */
interface Probing {
  readonly counter: WorkerCounter;
  readonly checker: Checker;
}

/** The workers of the kubelet for one pod. */
export class Kubelet {
  readonly #simulation: Simulation;
  readonly #pod: PodState;
  readonly #judged: () => void;
  readonly #startup: Probing | undefined;
  readonly #readiness: Probing | undefined;
  readonly #liveness: Probing | undefined;
  /** The last container whose start was noticed. */
  #startedId: string | undefined;

  /** @param judged called after a verdict has changed */
  constructor(simulation: Simulation, pod: PodState, asked: AskedReplica, judged: () => void) {
    this.#simulation = simulation;
    this.#pod = pod;
    this.#judged = judged;
    const { startup, readiness, liveness } = simulation.resolved.setup.probes;
    this.#startup = startup && this.#addWorker("startup", startup, asked);
    this.#readiness = readiness && this.#addWorker("readiness", readiness, asked);
    this.#liveness = liveness && this.#addWorker("liveness", liveness, asked);
  }

  /** Whether the current container must be killed because of a probe. */
  get hasFailed(): boolean {
    return this.#verdictOf(this.#liveness) === "failure" || this.#verdictOf(this.#startup) === "failure";
  }

  get isReady(): boolean {
    if (this.#pod.container?.running !== true || !this.#isStarted) return false;
    return this.#readiness ? this.#verdictOf(this.#readiness) === "success" : true;
  }

  /** Counts the skipped checks. A change is noticed at the next due check. */
  wake(): void {
    this.#startup?.checker.wake();
    this.#readiness?.checker.wake();
    this.#liveness?.checker.wake();
  }

  stop(): void {
    this.#startup?.checker.stop();
    this.#readiness?.checker.stop();
    this.#liveness?.checker.stop();
  }

  get #isStarted(): boolean {
    return this.#startup ? this.#verdictOf(this.#startup) === "success" : true;
  }

  /** The verdict on the current container. A verdict on the previous one does not count. */
  #verdictOf(probing: Probing | undefined): "success" | "failure" | "unknown" | undefined {
    const worker = probing?.counter.worker;
    return worker?.containerId === this.#pod.container?.id ? worker?.verdict : undefined;
  }

  #addWorker(type: ProbeType, probe: KubeletProbe, asked: AskedReplica): Probing {
    const { settings } = kubernetes;
    const number = (name: keyof typeof settings, given: number | undefined): number =>
      given ?? Number(settings[name].value);
    const counter = new WorkerCounter(
      {
        type,
        initialDelaySeconds: number("initialDelaySeconds", probe.initialDelaySeconds),
        successThreshold: number("successThreshold", probe.successThreshold),
        failureThreshold: number("failureThreshold", probe.failureThreshold),
      },
      () => this.#observedPod(),
      () => this.#changed(),
    );
    const checker = new Checker({
      simulation: this.#simulation,
      counter,
      periodMs: number("periodSeconds", probe.periodSeconds) * 1_000,
      timeoutMs: number("timeoutSeconds", probe.timeoutSeconds) * 1_000,
      pace: "start",
      ...questionOf(asked, probe.asks, probe.by),
    });
    // A worker begins when the pod is created. It keeps its phase over every restart.
    checker.start(this.#simulation.queue.now);
    return { counter, checker };
  }

  #changed(): void {
    const { container } = this.#pod;
    if (container && this.#isStarted && this.#startedId !== container.id) {
      this.#startedId = container.id;
      // Newer kubelets probe readiness as soon as the container has started. Older ones wait for the tick.
      if (this.#startup) this.#readiness?.checker.start(this.#simulation.queue.now);
    }
    this.#judged();
  }

  #observedPod(): ObservedPod {
    const { container, deleted, gone } = this.#pod;
    const pod = gone ? "succeeded" : "running";
    if (!container) return { pod, deleted };
    return {
      pod,
      deleted,
      container: {
        id: container.id,
        running: container.running,
        restarts: !deleted,
        started: this.#isStarted,
        secondsSinceStart: (this.#simulation.queue.now - container.startedMs) / 1_000,
      },
    };
  }
}
