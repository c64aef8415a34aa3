import { warn } from "../../option/warn.ts";

const NO_STORE = /(?:^|,)\s*no-store\s*(?:,|$)/i;

/** Whether an answer asks that nobody stores it. */
export function isNoStore(headers: Headers): boolean {
  return NO_STORE.test(headers.get("cache-control") ?? "");
}

/** Says so in the log, because a store that stays empty surprises at the next start. */
export function warnNoStore(identity: string): void {
  warn(`${identity} says cache-control: no-store. No store keeps its value, unless keepNoStore is true.`);
}
