import {
  createGuard,
  NOT_FOUND,
  warm,
  type Answer,
  type GuardOptions,
  type Health,
  type Platform,
  type Resource,
} from "../src/index.ts";

/** As much of `http.IncomingMessage` as is read; Express, Connect and NestJS have it too. */
export interface RequestLike {
  /** The method. */
  readonly method?: string | undefined;
  /** The target, as it came or as a mount cut it. */
  readonly url?: string | undefined;
  /** The target before a mount cut it (Express, Connect). */
  readonly originalUrl?: string | undefined;
  /** The headers, names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** As much of `http.ServerResponse` as is used. */
export interface ResponseLike {
  /** Whether somebody answered already. */
  readonly headersSent?: boolean | undefined;
  /** Sends the head. */
  writeHead(status: number, headers: Record<string, string>): unknown;
  /** Sends the body and ends the answer. */
  end(body: string): unknown;
}

const NODE: Platform<RequestLike> = {
  accept: ({ headers }) => headers["accept"]?.toString(),
  request: ({ method, url, originalUrl = url, headers }) => {
    // Host may be missing (HTTP/1.0), or be a pseudo-header (HTTP/2), which a Request does not take.
    const host = headers["host"] ?? headers[":authority"] ?? "localhost";
    // A target in absolute form stands for itself.
    return new Request(new URL(originalUrl ?? "/", `http://${host.toString()}`), {
      ...(method !== undefined && { method }),
      headers: Object.entries(headers).flatMap(([name, value]) =>
        value === undefined || name.startsWith(":") ? [] : [[name, value.toString()] satisfies [string, string]],
      ),
    });
  },
};

function write(response: ResponseLike, { status, headers, body }: Answer): void {
  response.writeHead(status, headers);
  response.end(body);
}

/** By the path as a mount left it, and as it came. */
function find(health: Health, request: RequestLike): Answer | undefined {
  const { method = "GET", url = "/", originalUrl = url } = request;
  const answer = health.ask(method, url, request, NODE);
  return answer || originalUrl === url ? answer : health.ask(method, originalUrl, request, NODE);
}

/**
 * Answers the probes on `node:http`, in one write, without building a Request or Response. Mount it
 * before any other middleware, so that no body parser, session or rate limit stands in a probe's way.
 *
 * @param app answers what is no probe; without it `next` does (Express, Connect, NestJS), else 404
 */
export function probes<Q extends RequestLike, S extends ResponseLike>(
  health: Health,
  app?: (request: Q, response: S) => unknown,
): (request: Q, response: S, next?: (error?: unknown) => unknown) => void {
  return (request, response, next) => {
    const answer = find(health, request);
    // In request mode the probe starts the loads that are due, and may wait for them.
    const waited = answer && warm(health);
    // Somebody else may have lost patience and answered during the wait.
    if (waited) void waited.then(() => response.headersSent || write(response, find(health, request) ?? answer));
    else if (answer) write(response, answer);
    else if (app) app(request, response);
    else if (next) next();
    else write(response, NOT_FOUND);
  };
}

/**
 * Middleware that answers 503, `retry-after` and problem+json while the resources cannot serve the
 * request, and calls `next` when they can.
 *
 * @throws TypeError for a bad duration, or what is no resource
 */
export function guard(
  resources: Resource<unknown> | readonly Resource<unknown>[],
  options?: GuardOptions,
): (request: unknown, response: ResponseLike, next: (error?: unknown) => unknown) => void {
  const decide = createGuard(resources, options);
  return (_request, response, next) => {
    const settle = (refusal: Answer | undefined): void => void (refusal ? write(response, refusal) : next());
    const decision = decide();
    // As above.
    if (decision instanceof Promise) void decision.then((refusal) => response.headersSent || settle(refusal));
    else settle(decision);
  };
}

export { drainOnSignal, type ServerLike } from "./node-drain.ts";
export type { Drain, DrainOptions } from "./drain.ts";
