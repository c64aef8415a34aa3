import { createGuard, type Answer, type GuardOptions, type Health, type Resource } from "../src/index.ts";
import { probes as nodeProbes, type RequestLike, type ResponseLike } from "./node.ts";

/** As much of a Koa context as is used. */
export interface ContextLike {
  readonly req: RequestLike;
  /** The target, cut by what mounted us. */
  readonly url: string;
  readonly originalUrl: string;
  status: number;
  body: unknown;
  set(headers: Record<string, string>): void;
  remove(name: string): void;
}

/** What a Koa application takes in `use()`. */
export type KoaMiddleware = (context: ContextLike, next: () => Promise<unknown>) => Promise<unknown>;

/**
 * Answers the probes: `app.use(probes(health))`. Use it before any other middleware, so that no
 * session, CORS or compression stands in a probe's way.
 */
export function probes(health: Health): KoaMiddleware {
  const handle = nodeProbes(health);
  return (context, next) =>
    new Promise((resolve) => {
      const { method, headers } = context.req;
      const { url, originalUrl } = context;
      let head = { status: 404, headers: {} };
      const response: ResponseLike = {
        writeHead: (status, headers) => (head = { status, headers }),
        end: (body) => resolve(write(context, { ...head, body })),
      };
      handle({ method, url, originalUrl, headers }, response, () => resolve(next()));
    });
}

/**
 * Middleware that answers 503, `retry-after` and problem+json while the resources cannot serve the
 * request.
 *
 * @throws TypeError for a bad duration, or what is no resource
 */
export function guard(
  resources: Resource<unknown> | readonly Resource<unknown>[],
  options?: GuardOptions,
): KoaMiddleware {
  const decide = createGuard(resources, options);
  return async (context, next) => {
    const refusal = await decide();
    if (refusal) write(context, refusal);
    else await next();
  };
}

/** The body first: Koa takes it as a reason to set a status, a type and a length of its own. */
function write(context: ContextLike, { status, headers, body }: Answer): void {
  context.body = body;
  context.status = status;
  context.remove("content-type");
  context.set({ ...headers });
}
