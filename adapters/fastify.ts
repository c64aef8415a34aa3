import { createGuard, type GuardOptions, type Health, type Resource } from "../src/index.ts";
import { probes as nodeProbes, type RequestLike, type ResponseLike } from "./node.ts";
import { checkAlone } from "./shared/check.ts";

/** The part of a Fastify request that is read. */
export interface FastifyRequestLike {
  readonly raw: RequestLike;
}

/** The part of a Fastify reply that is used. */
export interface FastifyReplyLike {
  readonly raw: ResponseLike;
  hijack(): unknown;
  code(status: number): unknown;
  headers(headers: Record<string, string>): unknown;
  send(body: Uint8Array): unknown;
}

/** The part of a Fastify instance that is used. */
export interface FastifyLike {
  addHook(
    name: "onRequest",
    hook: (request: FastifyRequestLike, reply: FastifyReplyLike, done: () => void) => void,
  ): unknown;
}

/**
 * Creates a plugin that answers the probes in `onRequest`: `app.register(probes(health))`. Register it first, so that
 * no authentication, rate limit or CORS rule blocks a probe. `onSend` hooks do not run for probes.
 *
 * @throws TypeError if an argument is wrong, or if there is a second argument
 * @example
 * await fastify.register(probes(health));
 */
export function probes(
  health: Health,
  ...more: readonly never[]
): (app: FastifyLike, options: unknown, done: () => void) => void {
  checkAlone(health, more);
  const handle = nodeProbes(health);
  const plugin = (app: FastifyLike, _options: unknown, done: () => void): void => {
    app.addHook("onRequest", ({ raw }, reply, next) => {
      const response: ResponseLike = {
        get headersSent() {
          return reply.raw.headersSent;
        },
        writeHead: (status, headers) => {
          reply.hijack();
          return reply.raw.writeHead(status, headers);
        },
        end: (body) => reply.raw.end(body),
      };
      handle(raw, response, next);
    });
    done();
  };
  // Without this symbol, the hook would run only for the paths of the plugin.
  return Object.assign(plugin, { [Symbol.for("skip-override")]: true });
}

/**
 * Creates a `preHandler` that answers 503, `retry-after` and problem+json while the data is not loaded or is older than
 * `maxAge`: `app.get("/m", { preHandler: guard(index) }, handler)`.
 *
 * @throws TypeError if an argument is wrong
 * @example
 * fastify.get("/m", { preHandler: guard(index) }, handler);
 */
export function guard(
  resources: Resource<unknown> | readonly Resource<unknown>[],
  options?: GuardOptions,
): (request: unknown, reply: FastifyReplyLike) => Promise<void> {
  const decide = createGuard(resources, options);
  return async (_request, reply) => {
    const unavailable = await decide();
    if (!unavailable) return;
    reply.code(unavailable.status);
    reply.headers({ ...unavailable.headers });
    // This must not be awaited. A reply is a thenable that resolves only at its own end.
    void reply.send(new TextEncoder().encode(unavailable.body));
  };
}
