import { toMs, type Duration, type Health } from "../src/index.ts";

/** As much of `http.Server` as is used. */
export interface ServerLike {
  close(callback?: () => void): unknown;
  closeIdleConnections?(): void;
  on(event: "connection", listener: (socket: DrainedSocket) => void): unknown;
  off(event: "connection", listener: (socket: DrainedSocket) => void): unknown;
  prependListener(event: "request", listener: (request: unknown, response: DrainedResponse) => void): unknown;
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

/** How long a drain takes. */
export interface DrainOptions {
  /**
   * How long to go on serving after readiness turned 503: at least what the prober needs to notice
   * (period x failure threshold) and the network to follow. All servers refuse connections the moment
   * they stop listening.
   * @default "10s"
   */
  readonly delay?: Duration;
  /**
   * When connections still open are cut, counted from the signal; less than what the platform waits
   * before SIGKILL (Kubernetes: `terminationGracePeriodSeconds`, 30 s).
   * @default "25s"
   */
  readonly deadline?: Duration;
  /** @default SIGTERM and SIGINT */
  readonly signals?: readonly string[];
}

/** A drain that waits for its signal. */
export interface Drain {
  /** Settles when the server has closed and the health too; free what else the process holds then. */
  readonly done: Promise<void>;
  /** Takes the signal handlers away, unless a signal has come already. */
  cancel(): void;
}

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
export function drainOnSignal(server: ServerLike, health: Health, options: DrainOptions = {}): Drain {
  const delay = toMs("delay", options.delay ?? "10s", 0);
  const deadline = toMs("deadline", options.deadline ?? Math.max(25_000, delay + 15_000), delay);
  const signals = options.signals ?? ["SIGTERM", "SIGINT"];
  const { clock } = health;
  // SAFETY: where node:http serves, process is there.
  const { process } = globalThis as unknown as { process: ProcessLike };
  const sockets = new Set<DrainedSocket>();
  const responses = new Set<DrainedResponse>();
  let finish: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let stop: (() => void) | undefined;
  let stopped = false;

  const onConnection = (socket: DrainedSocket): void => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };

  const onRequest = (_request: unknown, response: DrainedResponse): void => {
    responses.add(response);
    // Each connection ends with its next answer, so that none is closed while a request is on its way.
    if (stop) response.shouldKeepAlive = false;
    response.once("close", () => {
      responses.delete(response);
      // One whose head had left before the signal was told to stay.
      if (stopped) server.closeIdleConnections?.();
    });
  };

  const cancel = (): void => {
    for (const signal of signals) process.off(signal, onSignal);
    server.off("connection", onConnection);
    server.off("request", onRequest);
  };

  const cut = (which: (socket: DrainedSocket) => boolean): void => {
    for (const socket of sockets) if (which(socket)) socket.destroy();
  };

  const onSignal = (): void => {
    if (stop) return stop();
    health.drain();
    for (const response of responses) response.shouldKeepAlive = false;
    const cancelCut = clock.setTimer(() => cut(() => true), deadline, true);
    const cancelDelay = clock.setTimer(() => stop?.(), delay, true);
    stop = () => {
      if (stopped) return;
      stopped = true;
      cancelDelay();
      const cancelUnused = clock.setTimer(() => cut(({ bytesRead }) => bytesRead === 0), UNUSED_MS, true);
      server.close(() => {
        cancelCut();
        cancelUnused();
        cancel();
        void health.close().then(finish);
      });
      server.closeIdleConnections?.();
    };
  };

  for (const signal of signals) process.on(signal, onSignal);
  server.on("connection", onConnection);
  server.prependListener("request", onRequest);
  return {
    done,
    cancel: () => {
      if (!stop) cancel();
    },
  };
}
