/** The back-off of one container, in the memory of the kubelet. */
export interface Backoff {
  readonly delaySeconds: number;
  /** The time of the last permitted start. */
  readonly sinceSeconds: number;
}

/** Whether a container may start. If it may, the new back-off. If not, the wait. */
export type Start =
  { readonly may: true; readonly backoff: Backoff | undefined } | { readonly may: false; readonly waitSeconds: number };

/** The default numbers of a cluster. `crashLoopBackOff` may change the limit. */
const FIRST = 10;
const LIMIT = 300;
const FORGET = 600;

/**
 * Whether a container may start now.
 *
 * @param finished the newest end of an instance in the status *before the kill*. `undefined` if the status has none.
 *   The status does not contain a container that a probe has just killed. So the first two restarts have no wait.
 */
export function startOf(backoff: Backoff | undefined, finished: number | undefined, now: number): Start {
  if (finished === undefined) return { may: true, backoff };
  const remembered = backoff && finished - backoff.sinceSeconds <= FORGET ? backoff : undefined;
  if (!remembered) return { may: true, backoff: { delaySeconds: FIRST, sinceSeconds: now } };
  const waitSeconds = finished + remembered.delaySeconds - now;
  if (waitSeconds > 0) return { may: false, waitSeconds };
  return { may: true, backoff: { delaySeconds: Math.min(2 * remembered.delaySeconds, LIMIT), sinceSeconds: now } };
}
