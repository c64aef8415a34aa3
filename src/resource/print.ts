import { callSafely } from "../option/call-safely.ts";
import { propertyOf, toSafeText } from "../option/invalid-option.ts";
import { isError } from "./error.ts";

/** A failed load, as it is printed. */
interface PrintedFailure {
  readonly attempt: number;
  readonly error: unknown;
  /** The time until the next attempt. `Infinity` means never. */
  readonly nextInMs: number;
}

/** Prints a failed load of a resource without a listener. */
export function printFailure(name: string, { attempt, error, nextInMs }: PrintedFailure): void {
  const next =
    nextInMs === Infinity ? "No further attempt is planned." : `The next attempt is in ${toSeconds(nextInMs)} s.`;
  warn(
    `loading "${name}" failed at attempt ${attempt}: ${toSafeText(messageOf(error))}. ${next} ` +
      "This is printed once until it succeeds; health.subscribe() receives every attempt.",
  );
}

/** Prints that loads bring data which is older than `staleAfter`. A cache that hides a dead source is an example. */
export function printOldData(name: string, ageMs: number): void {
  warn(`"${name}" loads data that is ${toSeconds(ageMs)} s old, more than staleAfter. This is printed once.`);
}

/** Prints that loads succeed again, after `printFailure()`. */
export function printRecovery(name: string): void {
  warn(`loading "${name}" succeeded again.`);
}

/** A console may throw if its stream is closed. That must not disturb a load. */
export function warn(text: string): void {
  callSafely(() => console.warn(`health-state: ${text}`));
}

/**
 * The message of an error. The error and its message may be any value. Without a message, it is the code of the error, or
 * its name. A refused connection is an example.
 */
export function messageOf(error: unknown): string {
  try {
    if (!isError(error)) return String(error);
    const said: unknown = error.message || propertyOf(error, "code") || error.name;
    return String(said);
  } catch {
    return "an error that cannot be shown";
  }
}

function toSeconds(ms: number): number {
  return Math.ceil(ms / 100) / 10;
}
