import { checkFunction } from "../src/internal.ts";
import { NODE, type RequestLike } from "./node-request.ts";

/** The part of `http.ServerResponse` that is used to send the answer of a Fetch handler. */
export interface StreamLike {
  /** Sends the head. */
  writeHead(status: number, headers: Record<string, string>): unknown;
  /** Sends a part of the body. Returns `false` if the client reads too slowly. */
  write(chunk: Uint8Array): boolean;
  /** Ends the answer. */
  end(): unknown;
  /** Ends the connection. */
  destroy(): unknown;
  /** Adds a listener that runs once: on `drain` when more can be sent, on `close` when the client has disconnected. */
  once(event: "close" | "drain", listener: () => void): unknown;
}

/**
 * Converts a Fetch handler, such as the result of `statusPage()`, to a listener of `node:http` or a handler of Express.
 * The Fetch handler receives no request body. A stream in its answer is sent in parts, and is cancelled when the client
 * disconnects.
 *
 * @throws TypeError unless it is a function
 * @example
 * const page = toListener(statusPage(health));
 * createServer((request, response) => page(request, response));
 */
export function toListener(
  fetch: (request: Request) => Response | Promise<Response>,
): (request: RequestLike, response: StreamLike) => void {
  checkFunction("fetch", fetch);
  return (request, response) => {
    serve(fetch, request, response).catch(() => response.destroy());
  };
}

async function serve(
  fetch: (request: Request) => Response | Promise<Response>,
  request: RequestLike,
  response: StreamLike,
): Promise<void> {
  const { status, headers, body } = await fetch(NODE.request(request));
  response.writeHead(status, Object.fromEntries(headers));
  const reader = body?.getReader();
  let hasLeft = false;
  response.once("close", () => {
    hasLeft = true;
    reader?.cancel().catch(() => {});
  });
  for (let part = await reader?.read(); part && !part.done && !hasLeft; part = await reader?.read())
    if (!response.write(part.value)) await caughtUp(response);
  response.end();
}

/** Waits until more can be sent, or until the client has disconnected. */
function caughtUp(response: StreamLike): Promise<void> {
  return new Promise((resolve) => {
    response.once("drain", resolve);
    response.once("close", resolve);
  });
}
