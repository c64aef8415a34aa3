/** The part of `http.Server`, `https.Server` and the `http2` servers that the drain uses. */
export interface ServerLike {
  /** Stops accepting. Calls back when every connection has ended. */
  close(callback?: () => void): unknown;
  /** Closes idle keep-alive connections. */
  closeIdleConnections?(): void;
  /** Closes all open connections at once. */
  closeAllConnections?(): void;
  /** Returns the number of listeners of an event. */
  listenerCount?(event: string): number;
  /** Adds a listener for new connections. */
  on(event: "connection", listener: (socket: DrainedSocket) => void): unknown;
  /** Adds a listener for TLS connections after their handshake. */
  on(event: "secureConnection", listener: (socket: DrainedSocket) => void): unknown;
  /** Adds a listener for new HTTP/2 sessions. */
  on(event: "session", listener: (session: DrainedSession) => void): unknown;
  /** Adds a listener for the start of listening. */
  on(event: "listening", listener: () => void): unknown;
  /** Removes a listener for connections. */
  off(event: "connection", listener: (socket: DrainedSocket) => void): unknown;
  /** Removes a listener for TLS connections. */
  off(event: "secureConnection", listener: (socket: DrainedSocket) => void): unknown;
  /** Removes a listener for sessions. */
  off(event: "session", listener: (session: DrainedSession) => void): unknown;
  /** Removes a listener for the start of listening. */
  off(event: "listening", listener: () => void): unknown;
  /** Adds a listener for requests before the listeners of the application. */
  prependListener(event: "request", listener: (request: unknown, response: DrainedResponse) => void): unknown;
  /** Removes a listener for requests. */
  off(event: "request", listener: (request: unknown, response: DrainedResponse) => void): unknown;
}

/** The part of a response that the drain uses. */
export interface DrainedResponse {
  shouldKeepAlive?: boolean;
  once(event: "close", listener: () => void): unknown;
}

/** The part of a connection that the drain uses. */
export interface DrainedSocket {
  /** The bytes that have arrived. For a TLS socket, the bytes of the handshake do not count. */
  readonly bytesRead: number;
  destroy(): unknown;
  once(event: "close", listener: () => void): unknown;
}

/** The part of an HTTP/2 session that the drain uses. */
export interface DrainedSession {
  readonly destroyed: boolean;
  /** Tells the client not to open new streams. */
  goaway(code: number, lastStreamId: number): unknown;
  /** Tells the client the last accepted stream, and closes when all streams have ended. */
  close(): unknown;
  destroy(): unknown;
  once(event: "close", listener: () => void): unknown;
  /** Adds a listener for requests before the listeners of the application. */
  prependListener(event: "stream", listener: (stream: DrainedStream) => void): unknown;
}

/** The part of a request on an HTTP/2 session that the drain uses. */
export interface DrainedStream {
  once(event: "close", listener: () => void): unknown;
}
