/** The `retry-after` if no attempt is planned, for example during a load or a drain. */
export const UNPLANNED_RETRY_SECONDS = 5;
/** The largest `retry-after`, in seconds. */
const MOST_RETRY_SECONDS = 30;

/** Whole seconds until `at`, from 1 to 30. It is 5 if no attempt is planned. */
export function retryAfterOf(at: number, now: number): number {
  if (at === Infinity) return UNPLANNED_RETRY_SECONDS;
  return Math.min(MOST_RETRY_SECONDS, Math.max(1, Math.ceil((at - now) / 1_000)));
}
