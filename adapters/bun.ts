import { forgoHeartbeats, type Health } from "../src/index.ts";
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

/** What Bun calls for a path. */
export type RouteHandler = FetchHandler<[], Response | Promise<Response>>;

/** A path of which Bun answers GET and HEAD itself. */
export type StaticRoute = { readonly [method: string]: Response | RouteHandler };

/**
 * The probes as a table for `Bun.serve({ routes: { ...routes(health), … } })`: Bun finds them before
 * anything else runs.
 *
 * With `heartbeats: false` Bun answers GET and HEAD of liveness itself, without calling anybody, for
 * then they never change; it adds an `etag`. The health is started, since no such probe will do it.
 * Methods that Bun has no name for go to the server's `fetch`: give it `probes(health, app)`.
 *
 * @throws TypeError for `heartbeats: false` where there is one; a later `heartbeat()` throws too
 */
export function routes(health: Health): Record<string, RouteHandler>;
/** The same, with what cannot change held by Bun. */
export function routes(
  health: Health,
  options: { readonly heartbeats?: boolean },
): Record<string, RouteHandler | StaticRoute>;
export function routes(
  health: Health,
  { heartbeats = true }: { readonly heartbeats?: boolean } = {},
): Record<string, RouteHandler | StaticRoute> {
  const answer = probes(health);
  const paths = [...health.routes];
  if (heartbeats) return Object.fromEntries(paths.map(([path]) => [path, answer]));
  forgoHeartbeats(health);
  health.start();
  return Object.fromEntries(
    paths.map(([path, { probe }]) => [path, probe === "liveness" ? staticRoute(health, path, answer) : answer]),
  );
}

function staticRoute(health: Health, path: string, answer: RouteHandler): StaticRoute {
  const always = health.fetch(new Request(`http://localhost${path}`));
  const refused = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"].map((method) => [method, answer] as const);
  return { GET: always, HEAD: always, ...Object.fromEntries(refused) };
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
