import type { FleetEvent } from "../resource/event.ts";

/** The level of a line. */
export type Level = "info" | "warn" | "error";

/** One line of the log. Every field is text, a number or a boolean, so that any logger can write it. */
export interface LogEntry {
  /** The sentence of the line. pino shows this field. */
  readonly msg: string;
  /** The same sentence. winston and most collectors show this field. */
  readonly message: string;
  /** The kind of the line. */
  readonly event:
    | "probe"
    | "failed"
    | "rejected"
    | "timed-out"
    | "recovered"
    | "slow"
    | "stale"
    | "restore"
    | "save"
    | "gate"
    | "hints"
    | "drain"
    | FleetEvent["type"];
  /** The name of the resource. The field is not called `name`, because loggers use that field for their own name. */
  readonly resource?: string;
  /** The state of the resource. */
  readonly state?: string;
  /** How old the value is, in ms. */
  readonly ageMs?: number;
  /** The revision that the load accepted, confirmed or rejected. */
  readonly revision?: string;
  /** How the load ended. */
  readonly outcome?: string;
  /** How long the load took, in ms. */
  readonly durationMs?: number;
  /** Which attempt the load was: 1, and one more for each failure in a row. */
  readonly attempt?: number;
  /** When the next load is planned, in ISO 8601. */
  readonly nextAttemptAt?: string;
  /** How a restore or a save ended, or the state of a gate or of a channel of hints. */
  readonly result?: string;
  /** The reason of the failure. The text is safe to print. */
  readonly error?: string;
  /** The name of the probe. */
  readonly probe?: string;
  /** The new word of the probe. */
  readonly word?: string;
  /** The previous word of the probe. */
  readonly from?: string;
  /** How long the server keeps serving, in ms. */
  readonly delayMs?: number;
  /** The name of the group of replicas behind one balancer. */
  readonly group?: string;
  /** The name of this replica in reports. */
  readonly replica?: string;
}

/** The part of a logger that is used: pino, winston, `console`, and most others have it. */
export interface LoggerLike {
  /** Writes a line that needs no action. */
  info(entry: LogEntry): unknown;
  /** Writes a line about a problem that may end without an action. */
  warn(entry: LogEntry): unknown;
  /** Writes a line about a service that cannot do its work. */
  error(entry: LogEntry): unknown;
}

/** The fields of a line beside its sentence. */
export type Fields = Omit<LogEntry, "msg" | "message">;

/** Writes one line. The text gets the name of the library in front. */
export type Write = (level: Level, text: string, fields: Fields) => void;
