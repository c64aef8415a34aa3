import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { numbersOf, type BreakableSource, type Fault } from "./breakable.ts";

/** A server on another port, as a company across the street would run it. */
export interface WebSource extends BreakableSource {
  readonly url: string;
}

const CURRENCIES = ["EUR", "GBP", "JPY", "SEK", "USD"];

/**
 * Starts the source.
 *
 * @param port where it listens; 0 for a free port. A store restores a value only if the URL of the source is the same.
 */
export async function startWebSource(port = 0): Promise<WebSource> {
  let version = 1;
  let fault: Fault | undefined;

  const server = createServer((request, response) => {
    const body = JSON.stringify(numbersOf(CURRENCIES, version));
    const etag = `"v${version}"`;
    if (fault === undefined && request.headers["if-none-match"]?.includes(etag) === true)
      response.writeHead(304, { etag }).end();
    else answer(response, fault, { body, etag });
  });

  const listen = async (where: number): Promise<number> => {
    server.listen(where, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : where;
  };
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };

  const bound = await listen(port);
  return {
    url: `http://127.0.0.1:${bound}/rates.json`,
    faults: ["stop", "500", "garbage", "empty", "slow", "half", "limit"],
    async break(next) {
      fault = next;
      if (next === "stop") await stop();
      else if (!server.listening) await listen(bound);
    },
    async heal() {
      fault = undefined;
      version += 1;
      if (!server.listening) await listen(bound);
    },
    close: stop,
  };
}

function answer(response: ServerResponse, fault: Fault | undefined, good: { body: string; etag: string }): void {
  switch (fault) {
    case "500":
      response.writeHead(500).end("the source has a bad day");
      return;
    case "limit":
      response.writeHead(429, { "retry-after": "10" }).end("too many requests");
      return;
    case "garbage":
      response.writeHead(200, { "content-type": "text/html" }).end("<html>We are closed for maintenance.</html>");
      return;
    case "empty":
      response.writeHead(200, { etag: '"empty"' }).end("{}");
      return;
    case "slow":
      drip(response, good.body);
      return;
    case "half":
      response.writeHead(200, { "content-length": good.body.length, etag: '"half"' });
      response.write(good.body.slice(0, good.body.length / 2), () => response.destroy());
      return;
    case "stop":
    case undefined:
      response.writeHead(200, { etag: good.etag }).end(good.body);
  }
}

/** A byte each second: the connection is never silent for long, and the load takes too long all the same. */
function drip(response: ServerResponse, body: string): void {
  response.writeHead(200, { "content-length": body.length });
  let sent = 0;
  const timer = setInterval(() => response.write(body.charAt(sent++)), 1_000);
  response.on("close", () => clearInterval(timer));
}
