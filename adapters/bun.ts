import { disableHeartbeats, type Health } from "../src/index.ts";
import { checkHealth, checkOptions, internalsOf, invalidOption } from "../src/internal.ts";
import { checkServer } from "./shared/check.ts";
import { createDrain, type Drain } from "./shared/drain.ts";
import type { DrainOptions } from "./shared/drain-options.ts";
import { probes, type FetchHandler } from "./shared/fetch.ts";

/** The part of Bun's server that is used. */
export interface ServerLike {
  stop(closeActiveConnections?: boolean): PromiseLike<void>;
}

/** The part of `process` that is used. */
interface ProcessLike {
  on(signal: string, listener: () => void): unknown;
  off(signal: string, listener: () => void): unknown;
}

/** Answers the requests for one path. */
export type RouteHandler = FetchHandler<[], Response | Promise<Response>>;

/** The route of a path whose answer never changes. Bun answers GET and HEAD without calling JavaScript. */
export type StaticRoute = { readonly [method: string]: Response | RouteHandler };

/**
 * Returns the probes as a table for `Bun.serve({ routes: { ...routes(health), … } })`. Bun answers them before other
 * handlers run.
 *
 * With `heartbeats: false`, the answer of liveness never changes. Then liveness becomes a static route of Bun, which
 * adds an `etag`. In this case, `routes()` starts the health at once, because a probe of a static route cannot start
 * it. Bun passes unusual methods to `fetch`, so set `fetch: probes(health, app)` too.
 *
 * @throws TypeError if an argument is wrong, or for `heartbeats: false` if the health has a heartbeat. A later
 * `heartbeat()` throws too.
 * @example
 * Bun.serve({ routes: routes(health), fetch: probes(health, app) });
 */
export function routes(health: Health): Record<string, RouteHandler>;
/**
 * Returns the probes as a table for `Bun.serve({ routes })`. With `heartbeats: false` (the default is `true`), liveness
 * is a static route.
 */
export function routes(
  health: Health,
  options: { readonly heartbeats?: boolean },
): Record<string, RouteHandler | StaticRoute>;
export function routes(
  health: Health,
  options: { readonly heartbeats?: boolean } = {},
): Record<string, RouteHandler | StaticRoute> {
  const { heartbeats = true } = checkOptions("routes()", options, [], ["heartbeats"]);
  if (typeof heartbeats !== "boolean") invalidOption("heartbeats", heartbeats, "true or false");
  const answer = probes(health);
  const paths = [...internalsOf(health).routes];
  if (heartbeats) return Object.fromEntries(paths.map(([path]) => [path, answer]));
  disableHeartbeats(health);
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
 * Drains a server on a signal. Readiness answers 503 at once. After `delay` the server accepts no new connections and
 * finishes its open requests. At `deadline` it closes the connections that are left. Then `close` runs and the health
 * closes. Two signals within a second count as one. A later signal ends `delay` at once. The function never calls
 * `process.exit()`.
 *
 * @throws TypeError if an argument is wrong
 * @example
 * const server = Bun.serve({ fetch: probes(health, app) });
 * drainOnSignal(server, health);
 */
export function drainOnSignal(server: ServerLike, health: Health, options?: DrainOptions): Drain {
  checkServer(server, ["stop"], "the result of Bun.serve()");
  checkHealth(health);
  // SAFETY: Bun has it.
  const { process } = globalThis as unknown as { process: ProcessLike };
  return createDrain(
    health,
    {
      listen: (turn, signal, listener) => process[turn](signal, listener),
      stop: (stopped) => void server.stop().then(stopped, stopped),
      cut: () => void server.stop(true),
    },
    options,
  );
}

export { guard, probes } from "./shared/fetch.ts";
export type { Drain } from "./shared/drain.ts";
export type { DrainOptions } from "./shared/drain-options.ts";
