import { checkFunction } from "../src/internal.ts";
import { NODE, type RequestLike } from "./node-request.ts";

/** As much of `http.ServerResponse` as a Fetch handler's answer needs. */
export interface StreamLike {
  /** Sends the head. */
  writeHead(status: number, headers: Record<string, string>): unknown;
  /** Sends a part of the body; false if the client cannot keep up. */
  write(chunk: Uint8Array): boolean;
  /** Ends the answer. */
  end(): unknown;
  /** Ends the connection. */
  destroy(): unknown;
  /** Calls back once: `drain` when the client has caught up, `close` when it has left. */
  once(event: "close" | "drain", listener: () => void): unknown;
}

/**
 * Converts a Fetch handler to a listener of `node:http` or a handler of Express. The Fetch handler must not read a
 * body, like that of `statusPage()`. A stream is sent in parts, and is cancelled when the client disconnects.
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

/** A client that left never catches up. */
function caughtUp(response: StreamLike): Promise<void> {
  return new Promise((resolve) => {
    response.once("drain", resolve);
    response.once("close", resolve);
  });
}
