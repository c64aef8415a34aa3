import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";
import type { FleetStore } from "../../src/fleet/index.ts";

/** A way to a store that holds requests back, and lets them through later. */
export interface Detour {
  readonly store: FleetStore;
  /** From now on, requests wait. */
  hold(): void;
  /** Settles when a request waits. */
  readonly arrived: () => Promise<void>;
  /** Lets everything through that waits. */
  release(): void;
  close(): Promise<void>;
}

/** What holds requests back. */
interface Gate {
  hold(): void;
  release(): void;
  readonly arrived: () => Promise<void>;
  /** Does a job now, or when it is let through. */
  pass(job: () => void): void;
}

function createGate(): Gate {
  const waiting: (() => void)[] = [];
  let isHolding = false;
  let tell = (): void => {};
  let arrived = Promise.resolve();
  return {
    hold() {
      isHolding = true;
      arrived = new Promise((resolve) => (tell = resolve));
    },
    release() {
      isHolding = false;
      for (const job of waiting.splice(0)) job();
    },
    arrived: () => arrived,
    pass(job) {
      if (!isHolding) return job();
      waiting.push(job);
      tell();
    },
  };
}

/** Holds calls back in this process, because there is no network. */
export function detourInProcess(store: FleetStore): Detour {
  const { pass, ...gate } = createGate();
  const through = async <R>(call: () => PromiseLike<R>): Promise<R> => {
    await new Promise<void>((resolve) => pass(resolve));
    return call();
  };
  return {
    ...gate,
    store: {
      beat: (group, beat) => through(() => store.beat(group, beat)),
      read: (group) => through(() => store.read(group)),
      write: (group, note) => through(() => store.write(group, note)),
    },
    close: async () => {},
  };
}

/** Holds what a client sends back in a proxy on loopback. What the server answers passes at once. */
export async function detourOverTcp(
  target: number,
  connect: (port: number) => Promise<{ readonly store: FleetStore; readonly close: () => Promise<void> }>,
): Promise<Detour> {
  const { pass, ...gate } = createGate();
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = createConnection(target, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      socket.on("error", () => {});
    }
    near.on("data", (chunk) => pass(() => void far.write(chunk)));
    near.on("close", () => far.destroy());
    far.on("data", (chunk) => void near.write(chunk));
    far.on("close", () => near.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const { store, close } = await connect(typeof address === "object" && address ? address.port : 0);
  return {
    ...gate,
    store,
    async close() {
      gate.release();
      await close();
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
