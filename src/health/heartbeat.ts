import { toMs, type Duration } from "../state/duration.ts";
import { refuse } from "../state/refusal.ts";
import { checkName, registryOf } from "./registry.ts";

/** Says that a loop of the application is alive. */
export interface Beat {
  (): void;
  /** Ends the heartbeat: it no longer counts, and its name is free. */
  end(): void;
}

/** When a heartbeat is overdue. */
export interface HeartbeatOptions {
  /** The longest pause between two beats. */
  readonly within: Duration;
}

/**
 * A promise by a loop of the application to check in. Armed by its first beat; once overdue, liveness
 * answers 503 `WEDGED` until it beats again. Judged by monotonic time alone: for liveness a false
 * alarm kills.
 *
 * @throws TypeError for a bad or taken name, or a bad duration
 */
export function heartbeat(health: object, name: string, options: HeartbeatOptions): Beat {
  const registry = registryOf(health);
  const { clock } = registry.host;
  checkName("heartbeat", name);
  const within = toMs("within", options.within, 1);
  const heartbeats = (registry.heartbeats ??= new Map());
  if (heartbeats.has(name)) refuse("heartbeat", name, "a name that is not registered yet");
  let last: number | undefined;
  const overdue = (): boolean => last !== undefined && clock.monotonic() - last > within;
  heartbeats.set(name, overdue);
  const beat = (): void => {
    last = clock.monotonic();
  };
  return Object.assign(beat, {
    end: () => {
      if (heartbeats.get(name) === overdue) heartbeats.delete(name);
    },
  });
}
