import type { Socket } from "node:net";

/** A socket that carries one JSON message in each line. */
export interface LineSocket {
  send(message: object): void;
  /** Stops receiving. Messages that were passed to `send` are still sent. */
  close(): void;
}

/** How long to wait for a blocked reader, in ms. */
const LINGER_MS = 1_000;

/** Reads and writes messages on a socket. It does not keep the process alive. */
export function lineSocket(
  socket: Socket,
  on: { readonly message: (message: unknown) => void; readonly end: () => void },
): LineSocket {
  let rest = "";
  let isClosed = false;
  socket.setEncoding("utf8");
  socket.on("data", (text: string) => {
    if (isClosed) return;
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) on.message(parse(line));
  });
  // The `close` event follows each error, so this listener can be empty.
  socket.on("error", () => {});
  socket.on("close", on.end);
  socket.unref();
  return {
    send: (message) => void (socket.writable && socket.write(`${JSON.stringify(message)}\n`)),
    close() {
      isClosed = true;
      socket.end(() => socket.destroy());
      setTimeout(() => socket.destroy(), LINGER_MS).unref();
    },
  };
}

/** Parses a line. Returns `undefined` if it is not valid. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
