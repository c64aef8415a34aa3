/** The back-off of one container, kept in the kubelet's memory. */
export interface Backoff {
  readonly delaySeconds: number;
  /** When the container was last let start. */
  readonly sinceSeconds: number;
}

/** Whether a container may start: with the back-off as it is then, or after a wait. */
export type Start =
  { readonly may: true; readonly backoff: Backoff | undefined } | { readonly may: false; readonly waitSeconds: number };

/** The numbers of a cluster; `crashLoopBackOff` may change the limit. */
const FIRST = 10;
const LIMIT = 300;
const FORGET = 600;

/**
 * Whether a container may start now.
 *
 * @param finished when the newest instance ended *that the status before the kill knew of*; `undefined` where
 *   it knew of none. A container killed by a probe is not yet in it: hence two restarts at once.
 */
export function startOf(backoff: Backoff | undefined, finished: number | undefined, now: number): Start {
  if (finished === undefined) return { may: true, backoff };
  const remembered = backoff && finished - backoff.sinceSeconds <= FORGET ? backoff : undefined;
  if (!remembered) return { may: true, backoff: { delaySeconds: FIRST, sinceSeconds: now } };
  const waitSeconds = finished + remembered.delaySeconds - now;
  if (waitSeconds > 0) return { may: false, waitSeconds };
  return { may: true, backoff: { delaySeconds: Math.min(2 * remembered.delaySeconds, LIMIT), sinceSeconds: now } };
}
