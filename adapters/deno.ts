import type { Answer, Health } from "../src/index.ts";
import { createDrain, type Drain, type DrainOptions } from "./drain.ts";
import { mount, type FetchHandler } from "./fetch.ts";

/** As much of Deno's server as is used. */
export interface ServerLike {
  shutdown(): Promise<void>;
}

/** As much of `Deno` as is used. */
interface DenoLike {
  addSignalListener(signal: string, listener: () => void): void;
  removeSignalListener(signal: string, listener: () => void): void;
}

/**
 * A Fetch handler that answers the probes before anything else does.
 *
 * @param fetch answers what is no probe; without it, 404
 */
export function probes<A extends readonly unknown[] = [], R = never>(
  health: Health,
  fetch?: FetchHandler<A, R>,
): FetchHandler<A, R | Response | Promise<Response>> {
  return mount(make, health, fetch);
}

/** Deno clones a Response in half the time it takes to make one; what is frozen is the same for everybody. */
const templates = new WeakMap<Answer, Response>();

function make(answer: Answer): Response {
  if (!Object.isFrozen(answer)) return build(answer);
  let template = templates.get(answer);
  if (!template) templates.set(answer, (template = build(answer)));
  return template.clone();
}

/** Deno takes headers that are set one by one sooner than those it is handed. */
function build({ status, headers, body }: Answer): Response {
  const response = new Response(body || null, { status });
  const own = response.headers;
  // Not Object.entries(): it would cost more than is won.
  for (const name in headers) own.set(name, headers[name] ?? "");
  return response;
}

/**
 * On a signal: readiness answers 503 at once and liveness 200; after `delay` the server stops
 * accepting and what is in flight finishes. A second signal cuts the delay short. At `deadline` `done`
 * settles whatever is still open, for a server that shuts down cannot be made to hurry: end the process
 * then, `await drainOnSignal(server, health).done; Deno.exit()`.
 *
 * @throws TypeError for a bad duration, or a deadline before the delay is over; or outside Deno
 */
export function drainOnSignal(server: ServerLike, health: Health, options?: DrainOptions): Drain {
  const { Deno } = globalThis as { Deno?: DenoLike }; // SAFETY: checked in the next line
  if (!Deno)
    throw new TypeError("health-state: there is no Deno here; health-state/node and health-state/bun have a drain too");
  return createDrain(
    health,
    {
      listen: (on, signal, listener) => Deno[on ? "addSignalListener" : "removeSignalListener"](signal, listener),
      stop: (stopped) => void server.shutdown().then(stopped, stopped),
    },
    options,
  );
}

export { guard } from "./fetch.ts";
export type { Drain, DrainOptions } from "./drain.ts";
