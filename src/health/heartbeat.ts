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
 * @throws TypeError for a bad or taken name, a bad duration, or after `forgoHeartbeats()`
 */
export function heartbeat(health: object, name: string, options: HeartbeatOptions): Beat {
  const registry = registryOf(health);
  const { clock } = registry.host;
  checkName("heartbeat", name);
  const within = toMs("within", options.within, 1);
  const heartbeats = (registry.heartbeats ??= new Map());
  if (Object.isFrozen(heartbeats)) refuse("heartbeat", name, "left out where liveness is a static route");
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

/**
 * Rules heartbeats out, for whoever gives the answer of liveness away for good, as a static route: from
 * now on nothing can change it.
 *
 * @throws TypeError where there is a heartbeat
 */
export function forgoHeartbeats(health: object): void {
  const registry = registryOf(health);
  const names = [...(registry.heartbeats ?? new Map()).keys()].join(", ");
  if (names) refuse("heartbeats", names, "none, for a static route of liveness would not tell that one is overdue");
  registry.heartbeats = Object.freeze(new Map());
}
