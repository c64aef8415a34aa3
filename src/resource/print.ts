import { propertyOf, toSafeText } from "../option/invalid-option.ts";
import { warn } from "../option/warn.ts";
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
    nextInMs === Infinity ? "No further attempt is planned" : `The next attempt is in ${toSeconds(nextInMs)} s`;
  warn(
    `loading "${name}" failed at attempt ${attempt}: ${toSafeText(messageOf(error))}. ${next}. ` +
      "This is printed once; health.subscribe() receives every attempt.",
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

/**
 * The message of an error, and of its cause: `fetch` of Node says "fetch failed", and only the cause says why. The
 * error and its message may be any value. The cause of an error of this library is left out, because that error says
 * enough, and its cause may quote the data. An error may be its own cause, so only a few causes are shown.
 */
export function messageOf(error: unknown, causes = 4): string {
  try {
    if (!isError(error)) return String(error);
    const { cause } = error;
    const code: unknown = propertyOf(error, "code") || error.name;
    const said = String(error.message || code);
    const why = causes && isError(cause) && !/^HS_/.test(String(code)) ? messageOf(cause, causes - 1) : said;
    return said.includes(why) ? said : `${said} (${why})`;
  } catch {
    return "an error that cannot be shown";
  }
}

function toSeconds(ms: number): number {
  return Math.ceil(ms / 100) / 10;
}
