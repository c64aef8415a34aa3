import { attemptOf, runOf, type Met } from "../probers/kubelet-attempt.ts";
import { createWorker, stepOf, type ProbeSpec, type Sight, type Worker } from "../probers/kubelet-worker.ts";
import type { Counter } from "./checker.ts";

/** A worker of the kubelet, stepped by `src/probers/kubelet-worker.ts`. */
export class WorkerCounter implements Counter {
  worker: Worker;
  readonly #sight: () => Sight;
  readonly #changed: () => void;
  #seen: Sight;

  constructor(spec: ProbeSpec, sight: () => Sight, changed: () => void) {
    this.worker = createWorker(spec);
    this.#sight = sight;
    this.#changed = changed;
    this.#seen = sight();
  }

  begin(): boolean {
    let asks = false;
    this.#seen = this.#sight();
    stepOf(this.worker, this.#seen, () => {
      asks = true;
      return "discarded";
    });
    return asks;
  }

  end(met?: Met): boolean {
    const before = this.worker;
    const probe = (): ReturnType<typeof runOf> => (met ? runOf(() => attemptOf(met)) : "discarded");
    this.worker = stepOf(before, this.#seen, probe);
    if (this.worker.verdict !== before.verdict || this.worker.containerId !== before.containerId) this.#changed();
    return this.#isSettled(probe);
  }

  #isSettled(probe: () => ReturnType<typeof runOf>): boolean {
    const { worker } = this;
    const sight = this.#sight();
    const { container } = sight;
    const waits = container && container.running && container.secondsSinceStart < worker.spec.initialDelaySeconds;
    if (waits) return false;
    const again = stepOf(worker, sight, probe);
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
