import type { Answer } from "../src/index.ts";
import type { Platform } from "../src/internal.ts";

type Values = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The part of an HTTP event that is read: API Gateway v1 (REST) and v2 (HTTP), Function URL, load balancer. */
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

/** The answer of a Lambda function to an HTTP event. */
export interface ResultLike {
  readonly statusCode: number;
  readonly headers?: Record<string, string>;
  readonly multiValueHeaders?: Record<string, string[]>;
  readonly body: string;
  readonly isBase64Encoded: false;
}

/**
 * Reads an event for the detailed forms.
 *
 * @internal
 */
export const LAMBDA: Platform<EventLike> = {
  accept: (event) => headersOf(event).find(([name]) => name.toLowerCase() === "accept")?.[1],
  request: (event) => {
    const headers = new Headers(headersOf(event));
    return new Request(`https://${headers.get("host") ?? "localhost"}${targetOf(event)}`, {
      method: methodOf(event),
      headers,
    });
  },
};

/** Returns the event as an HTTP event. An event of another service has none of the fields. */
export function httpOf(event: unknown): EventLike {
  return Object(event) as EventLike; // SAFETY: every field is optional, and read as what it may be
}

/** Returns the method. Returns GET if the event is not an HTTP event. */
export function methodOf({ httpMethod, requestContext }: EventLike): string {
  return requestContext?.http?.method ?? httpMethod ?? "GET";
}

/**
 * Returns the request target. It is empty if the event is not an HTTP event. A load balancer does not decode the query.
 */
export function targetOf(event: EventLike): string {
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

/** Returns the answer in the form of the event. With multi-value headers, a load balancer reads no other headers. */
export function resultOf({ multiValueHeaders }: EventLike, { status: statusCode, headers, body }: Answer): ResultLike {
  const multi = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return {
    statusCode,
    ...(multiValueHeaders ? { multiValueHeaders: multi } : { headers: { ...headers } }),
    body,
    isBase64Encoded: false,
  };
}
