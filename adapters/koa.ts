import { createGuard, type Answer, type GuardOptions, type Health, type Resource } from "../src/index.ts";
import { probes as nodeProbes, type RequestLike, type ResponseLike } from "./node.ts";
import { checkAlone } from "./shared/check.ts";

/** The part of a Koa context that is used. */
export interface ContextLike {
  readonly req: RequestLike;
  /** The target, without the prefix of a mount. */
  readonly url: string;
  readonly originalUrl: string;
  status: number;
  body: unknown;
  set(headers: Record<string, string>): void;
  remove(name: string): void;
}

/** Middleware for `use()` of Koa. */
export type KoaMiddleware = (context: ContextLike, next: () => Promise<unknown>) => Promise<unknown>;

/**
 * Creates middleware that answers the probes: `app.use(probes(health))`. Use it first, so that no session, CORS rule or
 * compression blocks a probe.
 *
 * @throws TypeError if an argument is wrong, or if there is a second argument
 * @example
 * koa.use(probes(health));
 */
export function probes(health: Health, ...more: readonly never[]): KoaMiddleware {
  checkAlone(health, more);
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
 * Creates middleware that answers 503, `retry-after` and problem+json while the data is not loaded or is older than
 * `maxAge`.
 *
 * @throws TypeError if an argument is wrong
 * @example
 * koa.use(mount("/m", guard(index)));
 */
export function guard(
  resources: Resource<unknown> | readonly Resource<unknown>[],
  options?: GuardOptions,
): KoaMiddleware {
  const decide = createGuard(resources, options);
  return async (context, next) => {
    const unavailable = await decide();
    if (unavailable) write(context, unavailable);
    else await next();
  };
}

/** Writes an answer. The body must be set first, because Koa then sets status, type and length. */
function write(context: ContextLike, { status, headers, body }: Answer): void {
  context.body = body;
  context.status = status;
  context.remove("content-type");
  context.set({ ...headers });
}
