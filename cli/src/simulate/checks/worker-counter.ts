import { attemptOf, runOf, type ProbeAnswer, type RunResult } from "../../kubelet/attempt.ts";
import {
  createWorker,
  sendsProbe,
  stepOf,
  type ProbeSpec,
  type ObservedPod,
  type Worker,
} from "../../kubelet/worker.ts";
import type { Counter } from "./checker.ts";

/** A worker of the kubelet, with the rules of `cli/src/kubelet/worker.ts`. */
export class WorkerCounter implements Counter {
  worker: Worker;
  readonly #observedPod: () => ObservedPod;
  readonly #changed: () => void;
  #seen: ObservedPod;
  /** The result of the current check. */
  #result: RunResult = "discarded";
  readonly #probe = (): RunResult => this.#result;

  constructor(spec: ProbeSpec, observed: () => ObservedPod, changed: () => void) {
    this.worker = createWorker(spec);
    this.#observedPod = observed;
    this.#changed = changed;
    this.#seen = observed();
  }

  begin(): boolean {
    this.#seen = this.#observedPod();
    return sendsProbe(this.worker, this.#seen);
  }

  end(answer?: ProbeAnswer): boolean {
    const before = this.worker;
    this.#result = answer ? runOf(() => attemptOf(answer)) : "discarded";
    this.worker = stepOf(before, this.#seen, this.#probe);
    if (this.worker.verdict !== before.verdict || this.worker.containerId !== before.containerId) this.#changed();
    return this.#isSettled();
  }

  #isSettled(): boolean {
    const { worker } = this;
    const observed = this.#observedPod();
    const { container } = observed;
    const waits = container && container.running && container.secondsSinceStart < worker.spec.initialDelaySeconds;
    if (waits) return false;
    const again = stepOf(worker, observed, this.#probe);
    const { failureThreshold, successThreshold } = worker.spec;
    return (
      again.verdict === worker.verdict &&
      again.containerId === worker.containerId &&
      again.onHold === worker.onHold &&
      again.ended === worker.ended &&
      (again.run === worker.run ||
        worker.run >= (worker.lastResult === "failure" ? failureThreshold : successThreshold))
    );
  }
}
