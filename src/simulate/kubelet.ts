import type { ProbeType, Sight } from "../probers/kubelet-worker.ts";
import { kubernetes } from "../probers/kubernetes.ts";
import { Checker } from "./checker.ts";
import type { KubeletProbe } from "./setup.ts";
import type { Stage } from "./stage.ts";
import type { Asked } from "./target.ts";
import { WorkerCounter } from "./worker-counter.ts";

/** The container that a pod has at the moment. */
export interface Container {
  readonly id: string;
  readonly startedMs: number;
  running: boolean;
}

/** What the kubelet sees of a pod. */
export interface PodSight {
  readonly container: Container | undefined;
  readonly deleted: boolean;
  readonly gone: boolean;
}

/** The kubelet's workers for one pod. */
export class Kubelet {
  readonly #stage: Stage;
  readonly #pod: PodSight;
  readonly #judged: () => void;
  readonly #workers = new Map<ProbeType, { readonly counter: WorkerCounter; readonly checker: Checker }>();
  /** The container that was seen to have started last. */
  #startedId: string | undefined;

  /** @param judged called when a verdict changed */
  constructor(stage: Stage, pod: PodSight, asked: Asked, judged: () => void) {
    this.#stage = stage;
    this.#pod = pod;
    this.#judged = judged;
    const { probes } = stage.world.setup;
    for (const type of ["startup", "readiness", "liveness"] as const) {
      const probe = probes[type];
      if (probe) this.#workers.set(type, this.#employ(type, probe, asked));
    }
  }

  /** Whether a probe has failed the present container, so that it must be killed. */
  get hasFailed(): boolean {
    return this.#verdictOf("liveness") === "failure" || this.#verdictOf("startup") === "failure";
  }

  get isReady(): boolean {
    const readiness = this.#workers.has("readiness") ? this.#verdictOf("readiness") === "success" : true;
    return this.#pod.container?.running === true && this.#isStarted && readiness;
  }

  /** Counts what was slept through; what changed is seen when it is due. */
  wake(): void {
    for (const { checker } of this.#workers.values()) checker.wake();
  }

  stop(): void {
    for (const { checker } of this.#workers.values()) checker.stop();
  }

  get #isStarted(): boolean {
    return this.#workers.has("startup") ? this.#verdictOf("startup") === "success" : true;
  }

  /** The verdict on the present container: that on the one before says nothing of it. */
  #verdictOf(type: ProbeType): "success" | "failure" | "unknown" | undefined {
    const worker = this.#workers.get(type)?.counter.worker;
    return worker?.containerId === this.#pod.container?.id ? worker?.verdict : undefined;
  }

  #employ(
    type: ProbeType,
    probe: KubeletProbe,
    asked: Asked,
  ): { readonly counter: WorkerCounter; readonly checker: Checker } {
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
      () => this.#sight(),
      () => this.#changed(),
    );
    const checker = new Checker({
      stage: this.#stage,
      counter,
      periodMs: number("periodSeconds", probe.periodSeconds) * 1_000,
      timeoutMs: number("timeoutSeconds", probe.timeoutSeconds) * 1_000,
      pace: "start",
      meet: () => asked.meet(probe.asks),
      stalledUntil: asked.stalledUntil,
    });
    // A worker begins with the pod, at once; the phase stays its own over every restart.
    checker.start(this.#stage.queue.now);
    return { counter, checker };
  }

  #changed(): void {
    const { container } = this.#pod;
    if (container && this.#isStarted && this.#startedId !== container.id) {
      this.#startedId = container.id;
      // What has just started is asked for readiness at once (newer kubelets; older ones wait for the tick).
      if (this.#workers.has("startup")) this.#workers.get("readiness")?.checker.start(this.#stage.queue.now);
    }
    this.#judged();
  }

  #sight(): Sight {
    const { container, deleted, gone } = this.#pod;
    return {
      pod: gone ? "succeeded" : "running",
      deleted,
      ...(container && {
        container: {
          id: container.id,
          running: container.running,
          restarts: !deleted,
          started: this.#isStarted,
          secondsSinceStart: (this.#stage.queue.now - container.startedMs) / 1_000,
        },
      }),
    };
  }
}
