import type { FleetStore } from "health-state/fleet";

/** What a service answered. */
export interface Fetched {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** The header `health-state`. */
  readonly state?: string | undefined;
}

/** Where the store of a fleet is. */
export interface StoreAddress {
  readonly kind: "redis" | "postgres";
  readonly url: string;
}

/** A store that is connected. */
export interface OpenStore {
  readonly store: FleetStore;
  readonly close: () => Promise<void>;
}

/** What the command `fleet` touches of the world. */
export interface FleetIo {
  /** Connects to the store of a fleet. Rejects with an Error that says why not. */
  readonly connect: (address: StoreAddress) => Promise<OpenStore>;
  /** A variable of the environment. */
  readonly env: (name: string) => string | undefined;
}

/** What the command touches of the world; tests hand in their own. */
export interface Io {
  /** The text of a file; `-` is standard input. Rejects with an Error that says why not. */
  readonly read: (file: string) => Promise<string>;
  /** Writes a file anew. Rejects with an Error that says why not. */
  readonly write: (file: string, text: string) => Promise<void>;
  /** Asks a URL. Rejects with an Error if there is no answer. */
  readonly fetch: (url: string, accept: string) => Promise<Fetched>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** What the command `fleet` needs beside. */
  readonly fleet?: FleetIo | undefined;
  /** The width of the terminal; missing if the output goes elsewhere. */
  readonly columns?: number | undefined;
  /** Whether somebody sees what is written to standard error as it comes. */
  readonly isWatched?: boolean | undefined;
  /** The terminal at this moment; missing if the output goes elsewhere. */
  readonly terminal?:
    (() => { readonly columns: number; readonly rows: number; readonly hasColour: boolean }) | undefined;
  /** The time of the wall clock. */
  readonly now: () => Date;
  /** Waits. Gives false once the user has interrupted the command. */
  readonly pause: (ms: number) => Promise<boolean>;
  /** The version of this package. */
  readonly version: string;
}

/** Exit codes: nothing to report, something found, could not be read or done, nothing found but not everything read. */
export const EXIT = { clean: 0, findings: 1, unreadable: 2, unread: 3 } as const;

/** A failure of the user's input, not of the command: told in one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A file that can be read and is not for this command, such as the values of a chart. */
export class UnknownKindError extends UsageError {}

/** @throws UsageError unless it is a whole number within its bounds */
export function wholeOf(option: string, given: string, least: number, most: number): number {
  const count = /^\d+$/.test(given) ? Number(given) : NaN;
  if (!(count >= least && count <= most))
    throw new UsageError(`${option} ${JSON.stringify(given)}: must be a whole number from ${least} to ${most}`);
  return count;
}
