import type { Health } from "../handler/health.ts";
import { registryOf } from "../health/registry-of.ts";
import { createLookup } from "../observe/ended-load.ts";
import { callSafely } from "../option/call-safely.ts";
import { invalidOption, propertyOf, toSafeText } from "../option/invalid-option.ts";
import type { DrainEvent, FleetEvent, HealthEvent, ProbeEvent } from "../resource/event.ts";
import type { Level, LoggerLike, Write } from "./log-entry.ts";
import { writeResource, type Trouble } from "./resource-lines.ts";

/**
 * Writes one structured line for each event that may need attention:
 *
 * - a probe changes its word, the drain begins, or the fleet reports an event
 * - a load fails, is rejected, times out or is slow, or a load succeeds after a failure
 * - a value becomes STALE, is restored, or cannot be restored
 * - a gate fails
 * - saves begin to fail or work again, or a channel of hints is lost or connected again
 *
 * It writes no line for other loads, and none for a request of a prober. It never writes the value.
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
  const troubles = new WeakMap<object, Set<Trouble>>();
  const okWord = registry.words.ok;
  // Each line by itself, because a load may have two.
  const write: Write = (level, text, fields) => {
    const message = `health-state: ${text}`;
    callSafely(() => logger[level]({ msg: message, message, ...fields }));
  };
  return registry.subscribe((event) => {
    if (event.type === "probe")
      return writeProbe(write, event, event.word === okWord ? "ok" : registry.waitBlockedBy() ? "leaving" : "trouble");
    if (event.type === "drain") return writeDrain(write, event);
    if (isOfFleet(event)) return writeFleet(write, event);
    // A resource that is closed is not found, and has no troubles that end.
    const resource = resourceOf(event.name);
    const known = troubles.get(resource ?? event) ?? new Set<Trouble>();
    troubles.set(resource ?? event, known);
    writeResource(write, event, known, resource?.limits);
  }, "reader");
}

/** @param kind whether the probe answers 200, or else whether the process is shutting down */
function writeProbe(write: Write, { probe, from, word }: ProbeEvent, kind: "ok" | "leaving" | "trouble"): void {
  // A prober will restart a wedged process. A service that is not ready may become ready without an action.
  const level = kind !== "trouble" ? "info" : probe === "liveness" ? "error" : "warn";
  const why = kind === "leaving" ? ", because the process shuts down" : "";
  write(level, `${probe} changed from ${from} to ${word}${why}`, { event: "probe", probe, word, from });
}

function writeDrain(write: Write, { delayMs }: DrainEvent): void {
  const delay = delayMs > 0 ? `, and the server keeps serving for ${delayMs} ms` : "";
  write("info", `the drain begins${delay}`, { event: "drain", delayMs });
}

const FLEET: { readonly [T in FleetEvent["type"]]: readonly [level: Level, text: string] } = {
  "held-in": ["warn", "the data is older than refuseAfter, but the fleet keeps this replica in the balancer"],
  left: ["warn", "the fleet allowed this replica to leave the balancer"],
  "store-gone": ["warn", "the store of the fleet does not answer"],
  "store-back": ["info", "the store of the fleet answers again"],
};

function isOfFleet(event: HealthEvent): event is FleetEvent {
  return event.type in FLEET;
}

function writeFleet(write: Write, { type, group, replica, reason }: FleetEvent): void {
  const [level, text] = FLEET[type];
  const why = reason === undefined ? "" : `: ${toSafeText(reason)}`;
  const error = reason === undefined ? {} : { error: toSafeText(reason) };
  write(level, `${text}${why}`, { event: type, group, replica, ...error });
}
