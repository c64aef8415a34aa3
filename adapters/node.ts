import {
  createGuard,
  NOT_FOUND,
  refreshDue,
  type Answer,
  type GuardOptions,
  type Health,
  type Resource,
} from "../src/index.ts";
import { internalsOf, type HealthInternals } from "../src/internal.ts";
import { NODE, type RequestLike } from "./node-request.ts";
import { checkProbes } from "./shared/check.ts";

/** The part of `http.ServerResponse` that is used. */
export interface ResponseLike {
  /** Whether the head of an answer was sent already. */
  readonly headersSent?: boolean | undefined;
  /** Sends the head. */
  writeHead(status: number, headers: Record<string, string>): unknown;
  /** Sends the body and ends the answer. */
  end(body: string): unknown;
}

function write(response: ResponseLike, { status, headers, body }: Answer): void {
  response.writeHead(status, headers);
  response.end(body);
}

/** Tries the path without and with the prefix of a mount. */
function find(ask: HealthInternals["ask"], request: RequestLike): Answer | undefined {
  const { method = "GET", url = "/", originalUrl = url } = request;
  const answer = ask(method, url, request, NODE);
  return answer || originalUrl === url ? answer : ask(method, originalUrl, request, NODE);
}

/**
 * Creates a listener of `node:http` that answers the probes, and passes every other request to `app`. Mount it before
 * any other middleware, so that no body parser, session or rate limit blocks a probe.
 *
 * @param app answers every other request. @default `next` (Express, Connect, NestJS), or 404
 * @throws TypeError if an argument is wrong
 * @example
 * createServer(probes(health, listener)).listen(5100, health.start);
 */
export function probes<Q extends RequestLike, S extends ResponseLike>(
  health: Health,
  app?: (request: Q, response: S) => unknown,
): (request: Q, response: S, next?: (error?: unknown) => unknown) => void {
  checkProbes(health, "app", app, "a function, such as the result of express() (Koa: app.callback())");
  const { ask } = internalsOf(health);
  return (request, response, next) => {
    const answer = find(ask, request);
    // In request mode, the probe starts the due loads and may wait for them.
    const waited = answer && refreshDue(health);
    // Other code may have answered during the wait.
    if (waited) void waited.then(() => response.headersSent || write(response, find(ask, request) ?? answer));
    else if (answer) write(response, answer);
    else if (app) app(request, response);
    else if (next) next();
    else write(response, NOT_FOUND);
  };
}

/**
 * Creates middleware that answers 503, `retry-after` and problem+json while the data is not loaded or is older than
 * `maxAge`. Otherwise it calls `next`.
 *
 * @throws TypeError if an argument is wrong
 * @example
 * express.use("/m", guard(index, { maxAge: "10m", wait: "2s" }));
 */
export function guard(
  resources: Resource<unknown> | readonly Resource<unknown>[],
  options?: GuardOptions,
): (request: unknown, response: ResponseLike, next: (error?: unknown) => unknown) => void {
  const decide = createGuard(resources, options);
  return (_request, response, next) => {
    const serve = (unavailable: Answer | undefined): void => void (unavailable ? write(response, unavailable) : next());
    const decision = decide();
    // Other code may have answered during the wait.
    if (decision instanceof Promise) void decision.then((unavailable) => response.headersSent || serve(unavailable));
    else serve(decision);
  };
}

export type { RequestLike } from "./node-request.ts";
export { toListener, type StreamLike } from "./node-listener.ts";
export { drainOnSignal } from "./node-drain.ts";
export type { ServerLike } from "./node-server.ts";
export type { Drain } from "./shared/drain.ts";
export type { DrainOptions } from "./shared/drain-options.ts";
