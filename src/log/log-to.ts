import type { Health } from "../handler/health.ts";
import { registryOf } from "../health/registry-of.ts";
import { createLookup, hasSucceeded, isEndedLoad, isSlow, type EndedLoad } from "../observe/ended-load.ts";
import { callSafely } from "../option/call-safely.ts";
import { invalidOption, propertyOf, toSafeText } from "../option/invalid-option.ts";
import type { DrainEvent, FleetEvent, ProbeEvent } from "../resource/event.ts";
import { messageOf } from "../resource/print.ts";
import type { Limits } from "../resource/limits.ts";

/** The level of a line. */
type Level = "info" | "warn" | "error";

/** One line of the log. Every field is text, a number or a boolean, so that any logger can write it. */
export interface LogEntry {
  /** The sentence of the line. pino shows this field. */
  readonly msg: string;
  /** The same sentence. winston and most collectors show this field. */
  readonly message: string;
  /** The kind of the line. */
  readonly event: "probe" | "failed" | "rejected" | "timed-out" | "recovered" | "slow" | "drain" | FleetEvent["type"];
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

type Fields = Omit<LogEntry, "msg" | "message">;

/**
 * Writes one structured line for each event that may need attention: a change of the word of a probe, a failed,
 * rejected, recovered or slow load, the drain, and decisions of the fleet. It writes nothing for a successful load or a
 * single probe, and never the value.
 *
 * A load is slow if it takes more than half of its `timeout`, or more than `refreshEvery`. Errors and
 * rejections of the logger are ignored. It counts as a listener, so failed loads are not printed with
 * `console.warn`.
 *
 * @param logger pino, winston, `console`, or any object with `info`, `warn` and `error`
 * @returns a function that ends the subscription
 * @throws TypeError if an argument is wrong
 * @example
 * logTo(health, console);
 */
export function logTo(health: Health, logger: LoggerLike): () => void {
  const registry = registryOf(health);
  for (const level of ["info", "warn", "error"] as const)
    if (typeof propertyOf(logger, level) !== "function")
      invalidOption("logger", logger, "a logger with info(), warn() and error(), such as pino() or console");
  const resourceOf = createLookup(registry);
  const okWord = registry.words.wordOf("ok");
  // Each line by itself, because a load may have two.
  const write: Write = (level, text, fields) =>
    callSafely(() => logger[level]({ msg: text, message: text, ...fields }));
  return registry.subscribe((event) => {
    if (event.type === "probe") return writeProbe(write, event, event.word === okWord || health.drainSignal.aborted);
    if (event.type === "drain") return writeDrain(write, event);
    if (event.type in FLEET) return writeFleet(write, event as FleetEvent); // SAFETY: FLEET has its types alone.
    if (isEndedLoad(event)) writeLoad(write, event, resourceOf(event.name)?.limits);
  }, "reader");
}

type Write = (level: Level, text: string, fields: Fields) => void;

/** @param isExpected whether the probe answers 200, or the process is shutting down */
function writeProbe(write: Write, { probe, from, word }: ProbeEvent, isExpected: boolean): void {
  // A prober will restart a wedged process. A service that is not ready may become ready without an action.
  const level = isExpected ? "info" : probe === "liveness" ? "error" : "warn";
  write(level, `health-state: ${probe} changed from ${from} to ${word}`, { event: "probe", probe, word, from });
}

function writeDrain(write: Write, { delayMs }: DrainEvent): void {
  const delay = delayMs > 0 ? `, and the server keeps serving for ${delayMs} ms` : "";
  write("info", `health-state: the drain begins${delay}`, { event: "drain", delayMs });
}

const FLEET: { readonly [T in FleetEvent["type"]]: readonly [level: Level, text: string] } = {
  "held-in": ["warn", "the data is older than refuseAfter, but the fleet keeps this replica in the balancer"],
  left: ["warn", "the fleet allowed this replica to leave the balancer"],
  "store-gone": ["warn", "the store of the fleet does not answer"],
  "store-back": ["info", "the store of the fleet answers again"],
};

function writeFleet(write: Write, { type, group, replica, reason }: FleetEvent): void {
  const [level, text] = FLEET[type];
  const why = reason === undefined ? "" : `: ${toSafeText(reason)}`;
  const error = reason === undefined ? {} : { error: toSafeText(reason) };
  write(level, `health-state: ${text}${why}`, { event: type, group, replica, ...error });
}

function writeLoad(write: Write, event: EndedLoad, limits: Limits | undefined): void {
  const { name, attempt, durationMs, outcome } = event;
  const slow = isSlow(event, limits);
  // Nearly every load succeeds. The fields are then not computed.
  if (hasSucceeded(event) && attempt === 1 && !slow) return;
  const fields = fieldsOf(event);
  if (outcome !== "loaded" && outcome !== "unchanged") {
    const why = fields.error === undefined ? "" : `: ${fields.error}`;
    // With a value in memory the service still answers.
    const level = event.snapshot.age === undefined ? "error" : "warn";
    write(level, `health-state: loading "${name}" ${VERB[outcome]} at attempt ${attempt}${why}`, {
      event: outcome,
      ...fields,
    });
    return;
  }
  if (attempt > 1)
    write("info", `health-state: loading "${name}" succeeded at attempt ${attempt}`, { event: "recovered", ...fields });
  if (slow)
    write("warn", `health-state: loading "${name}" was slow: ${Math.round(durationMs)} ms`, {
      event: "slow",
      ...fields,
    });
}

const VERB = { failed: "failed", rejected: "was rejected", "timed-out": "timed out" } as const;

/** The fields of a line about a load. They never contain the value. */
function fieldsOf(event: EndedLoad): Omit<Fields, "event"> {
  const { name, state, outcome, durationMs, attempt, revision, snapshot } = event;
  const { age, nextAttemptAt, lastError } = snapshot;
  return {
    resource: name,
    state,
    outcome,
    durationMs,
    attempt,
    ...(age !== undefined && { ageMs: age }),
    ...(revision !== undefined && { revision: toSafeText(revision) }),
    ...(nextAttemptAt !== undefined && { nextAttemptAt: new Date(nextAttemptAt).toISOString() }),
    ...(lastError && !hasSucceeded(event) && { error: toSafeText(messageOf(lastError.error)) }),
  };
}
