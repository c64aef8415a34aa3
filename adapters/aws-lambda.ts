import {
  createGuard,
  NOT_FOUND,
  warm,
  type Answer,
  type Guard,
  type GuardOptions,
  type Health,
  type Platform,
  type Resource,
} from "../src/index.ts";

type Values = Readonly<Record<string, string | readonly string[] | undefined>>;

/** As much of an HTTP event as is read: API Gateway v1 (REST) and v2 (HTTP), Function URL, load balancer. */
export interface EventLike {
  readonly httpMethod?: string;
  readonly path?: string;
  readonly rawPath?: string;
  readonly rawQueryString?: string;
  readonly headers?: Values | null;
  readonly multiValueHeaders?: Values | null;
  readonly queryStringParameters?: Values | null;
  readonly multiValueQueryStringParameters?: Values | null;
  readonly requestContext?: { readonly http?: { readonly method?: string }; readonly elb?: unknown };
}

/** What Lambda answers an HTTP event with. */
export interface ResultLike {
  readonly statusCode: number;
  readonly headers?: Record<string, string>;
  readonly multiValueHeaders?: Record<string, string[]>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

const LAMBDA: Platform<EventLike> = {
  accept: (event) => headersOf(event).find(([name]) => name.toLowerCase() === "accept")?.[1],
  request: (event) => {
    const headers = new Headers(headersOf(event));
    return new Request(`https://${headers.get("host") ?? "localhost"}${targetOf(event)}`, {
      method: methodOf(event),
      headers,
    });
  },
};

/**
 * A handler that answers the probes first: `export const handler = probes(health, handle(app))`. Events
 * that are no HTTP are handed on. Give the health `refresh: onRequest()`: a timer stands still with its
 * sandbox.
 *
 * @param handler answers what is no probe; without it, 404
 */
export function probes<E = unknown, A extends readonly unknown[] = [], R = never>(
  health: Health,
  handler?: (event: E, ...rest: A) => R,
): (event: E, ...rest: A) => R | Promise<ResultLike> {
  return (event, ...rest) => {
    const http = httpOf(event);
    const ask = (): Answer | undefined => health.ask(methodOf(http), targetOf(http), http, LAMBDA);
    const answer = ask();
    if (!answer && handler) return handler(event, ...rest);
    const waited = answer && warm(health)?.then(ask);
    return Promise.resolve(waited ?? answer).then((last) => resultOf(http, last ?? NOT_FOUND));
  };
}

/**
 * Wraps a handler: 503, `retry-after` and problem+json while the resources cannot serve the event.
 *
 * @throws TypeError for a bad duration, or what is no resource
 */
export function guard(
  resources: Resource<unknown> | readonly Resource<unknown>[],
  options?: GuardOptions,
): <E, A extends readonly unknown[], R>(
  handler: (event: E, ...rest: A) => R,
) => (event: E, ...rest: A) => Promise<Awaited<R> | ResultLike> {
  const decide = createGuard(resources, options);
  return (handler) =>
    (event, ...rest) =>
      served(decide(), httpOf(event), () => handler(event, ...rest));
}

async function served<R>(
  decision: ReturnType<Guard>,
  event: EventLike,
  serve: () => R,
): Promise<Awaited<R> | ResultLike> {
  const refusal = await decision;
  if (!refusal) return await serve();
  return resultOf(event, methodOf(event) === "HEAD" ? { ...refusal, body: "" } : refusal);
}

/** Whatever event it is: what it lacks makes it none of ours. */
function httpOf(event: unknown): EventLike {
  return Object(event) as EventLike; // SAFETY: every field is optional, and read as what it may be
}

function methodOf({ httpMethod, requestContext }: EventLike): string {
  return requestContext?.http?.method ?? httpMethod ?? "GET";
}

/** The target as it was sent; empty for what is no HTTP event. A load balancer hands the query on undecoded. */
function targetOf(event: EventLike): string {
  const { rawPath, rawQueryString, path = "", multiValueQueryStringParameters, queryStringParameters } = event;
  if (rawPath !== undefined) return rawQueryString ? `${rawPath}?${rawQueryString}` : rawPath;
  const pairs = pairsOf(multiValueQueryStringParameters ?? queryStringParameters);
  if (!pairs.length) return path;
  const raw = event.requestContext?.elb !== undefined;
  return `${path}?${raw ? pairs.map((pair) => pair.join("=")).join("&") : new URLSearchParams(pairs)}`;
}

function headersOf({ headers, multiValueHeaders }: EventLike): [string, string][] {
  return pairsOf(multiValueHeaders ?? headers);
}

function pairsOf(values: Values | null | undefined): [string, string][] {
  return Object.entries(values ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one): [string, string] => [name, one]),
  );
}

/** A load balancer with multi-value headers reads no others. */
function resultOf({ multiValueHeaders }: EventLike, { status: statusCode, headers, body }: Answer): ResultLike {
  const multi = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return {
    statusCode,
    ...(multiValueHeaders ? { multiValueHeaders: multi } : { headers: { ...headers } }),
    body,
    isBase64Encoded: false,
  };
}
