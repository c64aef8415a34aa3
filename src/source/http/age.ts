/** The largest age that counts, in seconds (RFC 9111, 1.2.2). */
const MOST_SECONDS = 2 ** 31;

/**
 * When the content was known to be correct, in epoch ms: the time of the request minus `age`
 * (RFC 9111, 4.2.3). `undefined` without a valid `age`. Of several ages, the first counts (5.1).
 */
export function vouchedAt(headers: Headers, sentAt: number): number | undefined {
  const seconds = /^\s*(\d+)\s*(?:,|$)/.exec(headers.get("age") ?? "")?.[1];
  return seconds === undefined ? undefined : sentAt - Math.min(Number(seconds), MOST_SECONDS) * 1_000;
}
