import { checkOptions } from "../option/check-options.ts";
import { toMs, type Duration } from "../option/duration.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Heartbeats } from "./heartbeats.ts";
import { checkName } from "./name.ts";
import type { Registry } from "./registry.ts";
import { registryOf } from "./registry-of.ts";

/** Call it to show that a loop of the application still runs. */
export interface Beat {
  (): void;
  /** Ends the heartbeat. It no longer counts, and its name can be used again. */
  end(): void;
}

/** The options of a heartbeat. */
export interface HeartbeatOptions {
  /** The longest allowed time between two calls. */
  readonly within: Duration;
}

/**
 * Creates a heartbeat for a loop of the application. The loop must call the returned function at least every `within`.
 * If a call is late, liveness answers 503 `WEDGED` until the next call. The heartbeat counts from its first call on.
 *
 * @param name a lower-case letter, then at most 62 lower-case letters, digits and dashes
 * @throws TypeError for a bad or taken name, a wrong option, or after `disableHeartbeats()`
 * @example
 * const beat = heartbeat(health, "consumer", { within: "30s" });
 * while (!health.drainSignal.aborted) {
 *   // It returns after 10 s without a message, so an idle queue does not look like a loop that hangs.
 *   const messages = await queue.receive({ waitMs: 10_000 });
 *   beat();
 *   for (const message of messages) await handle(message);
 * }
 */
export function heartbeat(health: object, name: string, options: HeartbeatOptions): Beat {
  const registry = registryOf(health);
  checkName("heartbeat", name);
  const { within } = checkOptions("heartbeat()", options, [], ["within"]);
  const made = new Heartbeat(registry, toMs("within", within, 1));
  const all = heartbeatsOf(registry);
  all.add(name, made);
  const beat = (): void => made.beat();
  return Object.assign(beat, { end: () => all.remove(name, made) });
}

/**
 * Makes `heartbeat()` throw. Call it if liveness is served as a static route, because nothing can change that answer
 * later.
 *
 * @throws TypeError if there is a heartbeat already
 * @example
 * disableHeartbeats(health); // liveness is served as a static file from now on
 */
export function disableHeartbeats(health: object): void {
  heartbeatsOf(registryOf(health)).disable();
}

function heartbeatsOf(registry: Registry): Heartbeats {
  registry.heartbeats ??= new Heartbeats();
  return registry.heartbeats;
}
