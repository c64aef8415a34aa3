import { startOf, type Backoff } from "../probers/kubelet-restart.ts";

/** The kubelet looks at every pod once a minute; what waits longer is looked at then. */
const RESYNC_SECONDS = 60;
/** What is waited for is exceeded by up to this share. */
const JITTER = 0.5;

/** Whether a container may start, or when to look again, in seconds. */
export type Permission = { readonly starts: true } | { readonly starts: false; readonly againSeconds: number };

/**
 * When one container may start again, kept over its restarts (`kubelet-restart.ts`), and how often the
 * kubelet looks: at the expiry or after a minute, whichever comes first, and up to half as long again
 * (kubernetes/kubernetes pkg/kubelet/pod_workers.go, completeWork).
 */
export class RestartPolicy {
  #backoff: Backoff | undefined;
  /** The newest end that the status knows of. */
  #known: number | undefined;
  #newest: number | undefined;

  /**
   * A container ended.
   *
   * @param killed whether a probe had it killed: the status of that moment does not hold its end yet
   */
  ended(nowSeconds: number, killed: boolean): void {
    this.#known = killed ? this.#newest : nowSeconds;
    this.#newest = nowSeconds;
  }

  /** Looks whether it may start now. */
  mayStart(nowSeconds: number, chance: () => number): Permission {
    const start = startOf(this.#backoff, this.#known, nowSeconds);
    if (start.may) {
      this.#backoff = start.backoff;
      return { starts: true };
    }
    // The next look is at a newer status, which knows of the end by now.
    this.#known = this.#newest;
    const wait = startOf(this.#backoff, this.#known, nowSeconds);
    const waitSeconds = wait.may ? 0 : wait.waitSeconds;
    return { starts: false, againSeconds: Math.min(RESYNC_SECONDS, waitSeconds) * (1 + JITTER * chance()) };
  }
}
