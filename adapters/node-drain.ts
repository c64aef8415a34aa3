import type { Health } from "../src/index.ts";
import { createDrain, type Drain, type DrainOptions } from "./drain.ts";

/** As much of `http.Server` as is used. */
export interface ServerLike {
  /** Stops accepting; calls back once every connection has ended. */
  close(callback?: () => void): unknown;
  /** Closes what is kept alive and idle. */
  closeIdleConnections?(): void;
  /** Cuts whatever is open. */
  closeAllConnections?(): void;
  /** Hears of new connections. */
  on(event: "connection", listener: (socket: DrainedSocket) => void): unknown;
  /** Hears no more of connections. */
  off(event: "connection", listener: (socket: DrainedSocket) => void): unknown;
  /** Hears of requests before the application does. */
  prependListener(event: "request", listener: (request: unknown, response: DrainedResponse) => void): unknown;
  /** Hears no more of requests. */
  off(event: "request", listener: (request: unknown, response: DrainedResponse) => void): unknown;
}

/** As much of a response as a drain touches. */
export interface DrainedResponse {
  shouldKeepAlive?: boolean;
  once(event: "close", listener: () => void): unknown;
}

/** As much of a connection as a drain touches. */
export interface DrainedSocket {
  readonly bytesRead: number;
  destroy(): unknown;
  once(event: "close", listener: () => void): unknown;
}

/** How long a connection on which nothing was ever asked may stay once nothing new is accepted. */
const UNUSED_MS = 1_000;

/** As much of `process` as is used. */
interface ProcessLike {
  on(signal: string, listener: () => void): unknown;
  off(signal: string, listener: () => void): unknown;
}

/**
 * On a signal: readiness answers 503 at once and liveness 200; after `delay` the server stops
 * accepting, what is in flight finishes, idle keep-alive connections are closed, and at `deadline` the
 * rest is cut. A second signal cuts the delay short. Ends nothing by itself: the process exits when
 * nothing else holds it. Call it before `listen()`, so that it sees every connection.
 *
 * @throws TypeError for a bad duration, or a deadline before the delay is over
 */
export function drainOnSignal(server: ServerLike, health: Health, options?: DrainOptions): Drain {
  const { clock } = health;
  // SAFETY: where node:http serves, process is there.
  const { process } = globalThis as unknown as { process: ProcessLike };
  const sockets = new Set<DrainedSocket>();
  const responses = new Set<DrainedResponse>();
  let phase: "serving" | "draining" | "stopping" = "serving";
  let cancelUnused: (() => void) | undefined;

  const onConnection = (socket: DrainedSocket): void => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };

  const onRequest = (_request: unknown, response: DrainedResponse): void => {
    responses.add(response);
    // Each connection ends with its next answer, so that none is closed while a request is on its way.
    if (phase !== "serving") response.shouldKeepAlive = false;
    response.once("close", () => {
      responses.delete(response);
      // One whose head had left before the signal was told to stay.
      if (phase === "stopping") server.closeIdleConnections?.();
    });
  };

  const cut = (which: (socket: DrainedSocket) => boolean): void => {
    for (const socket of sockets) if (which(socket)) socket.destroy();
  };

  const drain = createDrain(
    health,
    {
      listen: (on, signal, listener) => process[on ? "on" : "off"](signal, listener),
      begin: () => {
        phase = "draining";
        for (const response of responses) response.shouldKeepAlive = false;
      },
      stop: (stopped) => {
        phase = "stopping";
        cancelUnused = clock.setTimer(() => cut(({ bytesRead }) => bytesRead === 0), UNUSED_MS, true);
        server.close(stopped);
        server.closeIdleConnections?.();
      },
      cut: () => {
        // Those from before this was called; it does not know upgraded ones, as we do.
        server.closeAllConnections?.();
        cut(() => true);
      },
      end: () => {
        cancelUnused?.();
        server.off("connection", onConnection);
        server.off("request", onRequest);
      },
    },
    options,
  );
  server.on("connection", onConnection);
  server.prependListener("request", onRequest);
  return drain;
}
