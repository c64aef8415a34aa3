import { once } from "node:events";
import { createServer, type Server } from "node:net";

/** The port on which a server listens. */
export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  await once(server, "close");
  return port;
}

/** Listens on a port. It waits while another connection of this machine still has the port. */
export async function listenOn(server: Server, port: number): Promise<number> {
  for (let tries = 0; ; tries++) {
    try {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
      return portOf(server);
    } catch (error) {
      if (tries === 50 || Reflect.get(Object(error), "code") !== "EADDRINUSE") throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
