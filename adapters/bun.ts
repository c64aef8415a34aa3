import type { Health } from "../src/index.ts";
import { createDrain, type Drain, type DrainOptions } from "./drain.ts";
import { probes, type FetchHandler } from "./fetch.ts";

/** As much of Bun's server as is used. */
export interface ServerLike {
  stop(closeActiveConnections?: boolean): PromiseLike<void>;
}

/** As much of `process` as is used. */
interface ProcessLike {
  on(signal: string, listener: () => void): unknown;
  off(signal: string, listener: () => void): unknown;
}

/**
 * The probes as a table for `Bun.serve({ routes: { ...routes(health), … } })`: Bun finds them before
 * anything else runs. Functions and not static Responses, for those would answer what was true when
 * the server started, and hand POST and OPTIONS on.
 */
export function routes(health: Health): Record<string, FetchHandler<[], Response | Promise<Response>>> {
  const answer = probes(health);
  return Object.fromEntries([...health.routes.keys()].map((path) => [path, answer]));
}

/**
 * On a signal: readiness answers 503 at once and liveness 200; after `delay` the server stops
 * accepting, what is in flight finishes, and at `deadline` the rest is cut. A second signal cuts the
 * delay short. Ends nothing by itself: the process exits when nothing else holds it.
 *
 * @throws TypeError for a bad duration, or a deadline before the delay is over
 */
export function drainOnSignal(server: ServerLike, health: Health, options?: DrainOptions): Drain {
  // SAFETY: Bun has it.
  const { process } = globalThis as unknown as { process: ProcessLike };
  return createDrain(
    health,
    {
      listen: (on, signal, listener) => process[on ? "on" : "off"](signal, listener),
      stop: (stopped) => void server.stop().then(stopped, stopped),
      cut: () => void server.stop(true),
    },
    options,
  );
}

export { guard, probes } from "./fetch.ts";
export type { Drain, DrainOptions } from "./drain.ts";
