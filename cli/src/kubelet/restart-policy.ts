import { startOf, type Backoff } from "./restart.ts";

/** The kubelet syncs every pod once a minute, even if its back-off lasts longer. */
const RESYNC_SECONDS = 60;
/** The kubelet waits up to this share longer than planned. */
const JITTER = 0.5;

/** Whether a container may start, or after how many seconds to check again. */
export type Permission = { readonly starts: true } | { readonly starts: false; readonly againSeconds: number };

/**
 * Decides when one container may start again. It keeps the back-off over the restarts (`restart.ts`).
 * The kubelet syncs a pod when its back-off expires or after a minute, the earlier of the two, plus up to half
 * of that (kubernetes/kubernetes pkg/kubelet/pod_workers.go, completeWork).
 */
export class RestartPolicy {
  #backoff: Backoff | undefined;
  /** The newest end in the status of the pod. */
  #known: number | undefined;
  #newest: number | undefined;

  /**
   * Records the end of a container.
   *
   * @param killed whether a probe caused the end. The status at that moment does not contain the end yet
   */
  ended(nowSeconds: number, killed: boolean): void {
    this.#known = killed ? this.#newest : nowSeconds;
    this.#newest = nowSeconds;
  }

  /** Checks whether the container may start now. */
  mayStart(nowSeconds: number, chance: () => number): Permission {
    const start = startOf(this.#backoff, this.#known, nowSeconds);
    if (start.may) {
      this.#backoff = start.backoff;
      return { starts: true };
    }
    // The next check uses a newer status, which contains the end.
    this.#known = this.#newest;
    const wait = startOf(this.#backoff, this.#known, nowSeconds);
    const waitSeconds = wait.may ? 0 : wait.waitSeconds;
    return { starts: false, againSeconds: Math.min(RESYNC_SECONDS, waitSeconds) * (1 + JITTER * chance()) };
  }
}
