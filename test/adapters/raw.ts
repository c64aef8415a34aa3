import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

/** A server on a free port of the loopback, closed when the scope ends. */
export interface Listening extends AsyncDisposable {
  readonly server: Server;
  readonly port: number;
}

/** Listens with what a test serves, on 127.0.0.1. */
export async function listen(listener: RequestListener | Server): Promise<Listening> {
  const server = typeof listener === "function" ? createServer(listener) : listener;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // SAFETY: it listens on TCP.
  const { port } = server.address() as AddressInfo;
  return {
    server,
    port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Sends bytes as they are and gives everything that comes back until the server closes. */
export async function raw(port: number, bytes: string | Uint8Array): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const heard = hear(socket);
  socket.write(bytes);
  return heard;
}

/** Everything a socket says until it closes, bytes as Latin-1. */
export async function hear(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => {});
  await once(socket, "close");
  return Buffer.concat(chunks).toString("latin1");
}

/** Reads one answer with a content-length off a socket that stays open. */
export function oneAnswer(socket: Socket, hasBody = true): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const done = (end: () => void): void => {
      socket.off("data", onData).off("close", onClose);
      end();
    };
    const onClose = (): void => done(() => reject(new Error(`closed after ${JSON.stringify(text)}`)));
    const onData = (chunk: Buffer): void => {
      text += chunk.toString("latin1");
      const head = text.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = hasBody ? Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0) : 0;
      if (text.length >= head + 4 + length) done(() => resolve(text));
    };
    socket.on("data", onData).on("close", onClose);
  });
}

/** An HTTP/1.1 request that ends its connection. */
export function request(method: string, target: string, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({ host: "prober.test", connection: "close", ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return `${method} ${target} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
}

/** The bytes of an answer with what node:http adds of its own taken out: its date. */
export function undated(bytes: string): string {
  return bytes.replace(/\r\nDate: [^\r\n]+/, "");
}
