import type { Clock } from "../src/index.ts";
import { createGoodbye, type Goodbye } from "./http2-goodbye.ts";
import type { DrainedResponse, DrainedSession, DrainedSocket, ServerLike } from "./node-server.ts";

/** Controls the connections of a server during a drain. */
export interface Connections {
  /** Starts to watch the connections. */
  install(): void;
  /** Stops watching. */
  uninstall(): void;
  /** From now on, each HTTP/1 connection closes after its next answer. */
  endAfterAnswer(): void;
  /** Stops accepting, ends idle connections and sessions, and calls back when none is left. */
  stop(stopped: () => void): void;
  /** Closes connections that have never sent a request. */
  closeUnused(): void;
  /** Closes all open connections at once. */
  cut(): void;
}

/** The open connections of a Node server. It does nothing before `install()`. */
export function connectionsOf(server: ServerLike, clock: Clock): Connections {
  const sockets = new Set<DrainedSocket>();
  const sessions = new Map<DrainedSession, Goodbye>();
  const responses = new Set<DrainedResponse>();
  let phase: "serving" | "draining" | "stopping" = "serving";
  const isHttp2 = "updateSettings" in server;
  // An HTTP/2 server may only use streams. A request listener would create a request for each stream.
  const hearsRequests = !isHttp2 || (server.listenerCount?.("request") ?? 0) > 0;

  const onConnection = (socket: DrainedSocket): void => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };

  const onSession = (session: DrainedSession): void => {
    const goodbye = createGoodbye(session, clock);
    sessions.set(session, goodbye);
    session.once("close", () => sessions.delete(session));
    if (phase === "stopping") goodbye.say();
  };

  const onRequest = (_request: unknown, response: DrainedResponse): void => {
    responses.add(response);
    // Each connection closes after its next answer, so that no request is lost on its way.
    if (phase !== "serving") response.shouldKeepAlive = false;
    response.once("close", () => {
      responses.delete(response);
      // The client was told to keep this connection, because the head of the answer left before the signal.
      if (phase === "stopping") server.closeIdleConnections?.();
    });
  };

  const cutSockets = (which: (socket: DrainedSocket) => boolean): void => {
    for (const socket of sockets) if (which(socket)) socket.destroy();
  };

  return {
    install() {
      server.on("connection", onConnection);
      // A TLS connection has a socket below and one above. Only the one above knows whether a request has arrived.
      server.on("secureConnection", onConnection);
      server.on("session", onSession);
      if (hearsRequests) server.prependListener("request", onRequest);
    },
    uninstall() {
      server.off("connection", onConnection);
      server.off("secureConnection", onConnection);
      server.off("session", onSession);
      server.off("request", onRequest);
    },
    endAfterAnswer() {
      phase = "draining";
      for (const response of responses) response.shouldKeepAlive = false;
      for (const goodbye of sessions.values()) goodbye.observe();
    },
    stop(stopped) {
      phase = "stopping";
      for (const goodbye of sessions.values()) goodbye.say();
      if (isHttp2) stopAccepting(server, stopped);
      else server.close(stopped);
      server.closeIdleConnections?.();
    },
    closeUnused() {
      cutSockets(({ bytesRead }) => bytesRead === 0);
    },
    cut() {
      // This also closes the connections from before `install()`. It does not know upgraded connections.
      server.closeAllConnections?.();
      for (const session of sessions.keys()) session.destroy();
      cutSockets(() => true);
    },
  };
}

/**
 * Stops accepting and keeps the sessions open. From Node 24 on, `close()` of an HTTP/2 server closes its sessions at
 * once and refuses the streams that are on their way. Every such server is also a `net.Server`, and the `close()` of
 * `net.Server` does not close sessions.
 */
function stopAccepting(server: ServerLike, stopped: () => void): void {
  let { close } = server;
  // The application may have set its own `close` on the server. It must be called.
  if (!Object.hasOwn(server, "close"))
    for (let from: unknown = server; typeof from === "object" && from !== null; from = Object.getPrototypeOf(from))
      // SAFETY: on each prototype of the chain, `close` is the method of a server.
      if (Object.hasOwn(from, "close")) ({ close } = from as ServerLike);
  close.call(server, stopped);
}
