/** What the command touches of the world; tests hand in their own. */
export interface Io {
  /** The text of a file; `-` is standard input. Rejects with an Error that says why not. */
  readonly read: (file: string) => Promise<string>;
  /** Writes a file anew. Rejects with an Error that says why not. */
  readonly write: (file: string, text: string) => Promise<void>;
  readonly fetch: (url: string, accept: string) => Promise<{ readonly contentType: string; readonly body: string }>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Exit codes: nothing to report, something found, could not be read or done. */
export const EXIT = { clean: 0, findings: 1, unreadable: 2 } as const;

/** A failure of the user's input, not of the command: told in one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws UsageError unless it is a whole number within its bounds */
export function wholeOf(option: string, given: string, least: number, most: number): number {
  const count = /^\d+$/.test(given) ? Number(given) : NaN;
  if (!(count >= least && count <= most))
    throw new UsageError(`${option} ${JSON.stringify(given)}: must be a whole number from ${least} to ${most}`);
  return count;
}
