import { toMs, type Duration, type Health } from "../src/index.ts";

/** As much of `http.Server` as is used. */
export interface ServerLike {
  close(callback?: () => void): unknown;
  closeIdleConnections?(): void;
  closeAllConnections?(): void;
  prependListener(event: "request", listener: (request: unknown, response: DrainedResponse) => void): unknown;
}

/** As much of a response as a drain touches. */
interface DrainedResponse {
  shouldKeepAlive?: boolean;
  once(event: "close", listener: () => void): unknown;
}

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
 * nothing else holds it.
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
  let finish: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let stop: (() => void) | undefined;

  const cancel = (): void => {
    for (const signal of signals) process.off(signal, onSignal);
  };

  const onSignal = (): void => {
    if (stop) return stop();
    health.drain();
    // Each connection ends with its next answer, so that none is closed while a request is on its way.
    server.prependListener("request", (_request, response) => {
      response.shouldKeepAlive = false;
      response.once("close", () => server.closeIdleConnections?.());
    });
    const cancelCut = clock.setTimer(() => server.closeAllConnections?.(), deadline, true);
    const cancelDelay = clock.setTimer(() => stop?.(), delay, true);
    stop = () => {
      stop = () => {};
      cancelDelay();
      server.close(() => {
        cancelCut();
        cancel();
        void health.close().then(finish);
      });
      server.closeIdleConnections?.();
    };
  };

  for (const signal of signals) process.on(signal, onSignal);
  return {
    done,
    cancel: () => {
      if (!stop) cancel();
    },
  };
}
