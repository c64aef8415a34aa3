// The source that every example loads its rates from: it answers when the test says so.
import { createServer } from "node:http";
import { once } from "node:events";

/** What the source says. */
export const RATES = { USD: 1.08, CHF: 0.95 };

/** Opens a source on a free port of 127.0.0.1 that holds every request until `release()`. */
export async function openSource() {
  const held = new Set();
  let released = false;
  let loads = 0;
  let tellAsked;
  const asked = new Promise((resolve) => (tellAsked = resolve));
  const answer = (response) =>
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(RATES));
  const server = createServer((request, response) => {
    loads++;
    tellAsked();
    if (released) answer(response);
    else held.add(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/rates.json`,
    /** Settles when the first load has come. */
    asked,
    /** How often it was asked. */
    loads: () => loads,
    /** Answers what it holds, and from now on everything at once. */
    release() {
      released = true;
      for (const response of held) answer(response);
      held.clear();
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
