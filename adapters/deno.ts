import type { Answer, Health } from "../src/index.ts";
import { checkHealth, fail } from "../src/internal.ts";
import { checkServer } from "./shared/check.ts";
import { createDrain, type Drain } from "./shared/drain.ts";
import type { DrainOptions } from "./shared/drain-options.ts";
import { mount, type FetchHandler } from "./shared/fetch.ts";

/** The part of Deno's server that is used. */
export interface ServerLike {
  shutdown(): Promise<void>;
}

/** The part of `Deno` that is used. */
interface DenoLike {
  addSignalListener(signal: string, listener: () => void): void;
  removeSignalListener(signal: string, listener: () => void): void;
}

/**
 * Creates a Fetch handler that answers the probes, and passes every other request to `fetch`.
 *
 * @param fetch answers every other request. @default 404
 * @throws TypeError if an argument is wrong
 * @example
 * Deno.serve(probes(health, app));
 */
export function probes<A extends readonly unknown[] = [], R = never>(
  health: Health,
  fetch?: FetchHandler<A, R>,
): FetchHandler<A, R | Response | Promise<Response>> {
  return mount(make, health, fetch);
}

/** Deno clones a Response in half the time that it needs to create one. */
const templates = new WeakMap<Answer, Response>();

function make(answer: Answer): Response {
  if (!Object.isFrozen(answer)) return build(answer);
  let template = templates.get(answer);
  if (!template) {
    template = build(answer);
    templates.set(answer, template);
  }
  return template.clone();
}

/** In Deno, setting headers one by one is faster than passing them. */
function build({ status, headers, body }: Answer): Response {
  const response = new Response(body || null, { status });
  const own = response.headers;
  // `for … in` is faster than Object.entries().
  for (const name in headers) own.set(name, headers[name] ?? "");
  return response;
}

/**
 * Drains a server on a signal. Readiness answers 503 at once. After `delay` the server accepts no new connections and
 * finishes its open requests. Two signals within a second count as one. A later signal ends `delay` at once. When all
 * requests have finished, and at `deadline` at the latest, `close` runs and the health closes. Then `done` resolves
 * even if a connection is still open, because Deno cannot close it. So end the process:
 * `await drainOnSignal(server, health).done; Deno.exit()`.
 *
 * @throws TypeError if an argument is wrong, or on another runtime than Deno
 * @example
 * const server = Deno.serve(probes(health, app));
 * await drainOnSignal(server, health).done;
 * Deno.exit();
 */
export function drainOnSignal(server: ServerLike, health: Health, options?: DrainOptions): Drain {
  checkServer(server, ["shutdown"], "the result of Deno.serve()");
  checkHealth(health);
  const { Deno } = globalThis as { Deno?: DenoLike }; // SAFETY: checked in the next line
  if (!Deno)
    fail(
      "HS_WRONG_MODE",
      "this runtime is not Deno. Pass the server to drainOnSignal() of health-state/node or health-state/bun.",
    );
  return createDrain(
    health,
    {
      listen: (turn, signal, listener) =>
        turn === "on" ? Deno.addSignalListener(signal, listener) : Deno.removeSignalListener(signal, listener),
      stop: (stopped) => void server.shutdown().then(stopped, stopped),
    },
    options,
  );
}

export { guard } from "./shared/fetch.ts";
export type { Drain } from "./shared/drain.ts";
export type { DrainOptions } from "./shared/drain-options.ts";
