import { createGuard, type GuardOptions, type Health, type Resource } from "../src/index.ts";
import { probes as nodeProbes, type RequestLike, type ResponseLike } from "./node.ts";

/** As much of a Fastify request as is read. */
export interface FastifyRequestLike {
  readonly raw: RequestLike;
}

/** As much of a Fastify reply as is used. */
export interface FastifyReplyLike {
  readonly raw: ResponseLike;
  hijack(): unknown;
  code(status: number): unknown;
  headers(headers: Record<string, string>): unknown;
  send(body: Uint8Array): unknown;
}

/** As much of a Fastify instance as is used. */
export interface FastifyLike {
  addHook(
    name: "onRequest",
    hook: (request: FastifyRequestLike, reply: FastifyReplyLike, done: () => void) => void,
  ): unknown;
}

/**
 * A plugin that answers the probes in `onRequest`: `app.register(probes(health))`. Register it first,
 * so that no authentication, rate limit or CORS stands in a probe's way; the answer leaves as it is,
 * past the `onSend` hooks.
 */
export function probes(health: Health): (app: FastifyLike, options: unknown, done: () => void) => void {
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
  // Without it the hook would be the plugin's alone, and run for none of the application's paths.
  return Object.assign(plugin, { [Symbol.for("skip-override")]: true });
}

/**
 * A `preHandler` that answers 503, `retry-after` and problem+json while the resources cannot serve the
 * request: `app.get("/m", { preHandler: guard(index) }, handler)`.
 *
 * @throws TypeError for a bad duration, or what is no resource
 */
export function guard(
  resources: Resource<unknown> | readonly Resource<unknown>[],
  options?: GuardOptions,
): (request: unknown, reply: FastifyReplyLike) => Promise<void> {
  const decide = createGuard(resources, options);
  return async (_request, reply) => {
    const refusal = await decide();
    if (!refusal) return;
    reply.code(refusal.status);
    reply.headers({ ...refusal.headers });
    // Not awaited: a reply is a thenable that waits for its own end. Sent before the hook is over, it is the answer.
    void reply.send(new TextEncoder().encode(refusal.body));
  };
}
