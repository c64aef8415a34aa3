import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** What stands between a client and a server. */
export interface DeafPooler {
  readonly port: number;
  close(): Promise<void>;
}

/** The type byte of a notification. */
const NOTIFICATION = "A".charCodeAt(0);
/** A type byte and a length. */
const HEAD_BYTES = 5;

/**
 * A proxy that drops each notification, as PgBouncer does in transaction mode: the server sends it while its connection
 * belongs to no client. All other messages pass.
 */
export async function startDeafPooler(port: number): Promise<DeafPooler> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    for (const socket of [client, upstream]) sockets.add(socket.on("error", () => socket.destroy()));
    client.pipe(upstream);
    let rest: Buffer = Buffer.alloc(0);
    upstream.on("data", (bytes: Buffer) => {
      rest = Buffer.concat([rest, bytes]);
      while (rest.length >= HEAD_BYTES) {
        const end = 1 + rest.readUInt32BE(1);
        if (rest.length < end) return;
        if (rest[0] !== NOTIFICATION) client.write(rest.subarray(0, end));
        rest = rest.subarray(end);
      }
    });
    upstream.on("close", () => client.destroy());
    client.on("close", () => upstream.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
