import { connect } from "node:net";

/** A bounded run: it fails rather than hang. */
const LIMIT_MS = 30_000;

/**
 * Asks `path` `count` times over `connections` kept alive, one request at a time on each, as many
 * probers would. Every answer is read to its end and must be 200.
 */
export async function ask(port, path, count, connections = 16) {
  const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: kube-probe/1.34\r\nAccept: */*\r\n\r\n`;
  let left = count;
  await Promise.all(
    Array.from(
      { length: connections },
      () =>
        new Promise((resolve, reject) => {
          const socket = connect({ port, host: "127.0.0.1", noDelay: true });
          const late = setTimeout(() => socket.destroy(new Error("the server does not answer")), LIMIT_MS);
          let received = "";
          const next = () => {
            if (left-- > 0) socket.write(request);
            else socket.end();
          };
          socket.setEncoding("latin1");
          socket.on("connect", next);
          socket.on("data", (chunk) => {
            received = received === "" ? chunk : received + chunk;
            const size = sizeOf(received);
            if (size === undefined || received.length < size) return;
            if (!received.startsWith("HTTP/1.1 200")) return socket.destroy(new Error(received));
            received = "";
            next();
          });
          socket.on("error", reject);
          socket.on("close", () => {
            clearTimeout(late);
            resolve();
          });
        }),
    ),
  );
  if (left > 0) throw new Error(`the server closed ${left} requests early`);
}

/** The whole size of an answer, once it can be known. */
function sizeOf(received) {
  const head = received.indexOf("\r\n\r\n");
  if (head < 0) return undefined;
  const length = /\r\ncontent-length: *(\d+)/i.exec(received.slice(0, head + 2))?.[1];
  if (length !== undefined) return head + 4 + Number(length);
  return received.endsWith("\r\n0\r\n\r\n") ? received.length : undefined;
}

/** Headers that say when, how or by whom, and not what. */
const PASSING = new Set(["date", "connection", "keep-alive", "transfer-encoding", "vary", "server"]);

/** Nothing may be won by leaving a header out: the answers are the same before anything is measured. */
export async function expectSame(urls, also = []) {
  const answers = await Promise.all(
    urls.map(async (url) => {
      const response = await fetch(url);
      const headers = [...response.headers].filter(([name]) => !PASSING.has(name) && !also.includes(name)).sort(byName);
      return JSON.stringify([response.status, headers, await response.text()]);
    }),
  );
  for (const answer of answers)
    if (answer !== answers[0]) throw new Error(`the answers differ: ${answer} and ${answers[0]}`);
}

const byName = ([one], [other]) => (one < other ? -1 : 1);
