import { connect } from "node:net";

/** A bounded run: it fails rather than hang. */
const LIMIT_MS = 30_000;

/**
 * Asks on one connection for as long as `more()`, one request at a time. Every answer is read to its end
 * and must be 200; `heard` is told each.
 */
function talk(port, path, more, heard) {
  const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: kube-probe/1.34\r\nAccept: */*\r\n\r\n`;
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const late = setTimeout(() => socket.destroy(new Error("the server does not answer")), LIMIT_MS);
    let received = "";
    let waiting = false;
    const next = () => {
      waiting = more();
      if (waiting) socket.write(request);
      else socket.end();
    };
    socket.setEncoding("latin1");
    socket.on("connect", next);
    socket.on("data", (chunk) => {
      received = received === "" ? chunk : received + chunk;
      const size = sizeOf(received);
      if (size === undefined || received.length < size) return;
      if (!received.startsWith("HTTP/1.1 200")) return socket.destroy(new Error(received));
      heard?.(received);
      received = "";
      next();
    });
    socket.on("error", reject);
    socket.on("close", () => {
      clearTimeout(late);
      if (waiting) reject(new Error("the server closed the connection before it answered"));
      else resolve();
    });
  });
}

/** Asks `path` `count` times over `connections` kept alive, as many probers would. */
export async function ask(port, path, count, connections = 16) {
  let left = count;
  await Promise.all(Array.from({ length: connections }, () => talk(port, path, () => left-- > 0)));
}

/** The whole size of an answer, once it can be known. */
function sizeOf(received) {
  const head = received.indexOf("\r\n\r\n");
  if (head < 0) return undefined;
  const length = /\r\ncontent-length: *(\d+)/i.exec(received.slice(0, head + 2))?.[1];
  if (length !== undefined) return head + 4 + Number(length);
  return received.endsWith("\r\n0\r\n\r\n") ? received.length : undefined;
}

/** One answer as it is on the wire: names in lower case and sorted, for neither says anything. */
async function answerOf({ port, path }, except) {
  let answer = "";
  let left = 1;
  await talk(
    port,
    path,
    () => left-- > 0,
    (received) => (answer = received),
  );
  const [head = "", body] = answer.split("\r\n\r\n");
  const [status, ...lines] = head.split("\r\n");
  const headers = lines.map((line) => line.replace(/^[^:]*/, (name) => name.toLowerCase()));
  return [status, ...headers.filter((line) => !except.includes(line.split(":", 1)[0])).sort(), "", body].join("\n");
}

/**
 * Nothing may be won by leaving a header out: the answers are the same before anything is measured.
 *
 * @param also names that may differ, beside `date`
 */
export async function expectSame(servers, also = []) {
  const [first, ...rest] = await Promise.all(servers.map((server) => answerOf(server, ["date", ...also])));
  for (const answer of rest) if (answer !== first) throw new Error(`the answers differ:\n${answer}\nand\n${first}`);
}
