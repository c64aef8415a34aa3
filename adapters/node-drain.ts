import type { Health } from "../src/index.ts";
import { registryOf } from "../src/internal.ts";
import { connectionsOf } from "./node-connections.ts";
import { checkServer } from "./shared/check.ts";
import { createDrain, type Drain } from "./shared/drain.ts";
import type { DrainOptions } from "./shared/drain-options.ts";
import type { ServerLike } from "./node-server.ts";

/** How long a connection without a request may stay open, in ms. */
const UNUSED_MS = 1_000;

/** The part of `process` that is used. */
interface ProcessLike {
  on(signal: string, listener: () => void): unknown;
  off(signal: string, listener: () => void): unknown;
}

/**
 * Drains a server on a signal. Readiness answers 503 at once. After `delay` the server accepts no new connections,
 * closes idle ones, sends GOAWAY to HTTP/2 sessions, and finishes its open requests. At `deadline` it closes the
 * connections that are left. Then `close` runs, the health closes, and a worker of `node:cluster` disconnects.
 *
 * Two signals within a second count as one. A later signal ends `delay` at once. Several servers may share one health.
 * Then a signal drains all of them, and the health closes after the last one has finished. It never calls
 * `process.exit()`. Call it before `listen()`, so that it sees every connection.
 *
 * @param server an `http`, `https` or `http2` server
 * @throws TypeError if an argument is wrong. No signal handler is added then.
 * @example
 * const server = createServer(probes(health, listener));
 * const { done } = drainOnSignal(server, health, { delay: "10s" });
 * server.listen(5100, health.start);
 * await done;
 * await pool.end();
 */
export function drainOnSignal(server: ServerLike, health: Health, options?: DrainOptions): Drain {
  checkServer(
    server,
    ["close", "on", "off", "prependListener"],
    "a server of Node (Express, Koa: the result of app.listen(); Fastify: app.server; NestJS: app.getHttpServer())",
  );
  const { clock } = registryOf(health);
  // SAFETY: every runtime with node:http has `process`.
  const { process } = globalThis as unknown as { process: ProcessLike };
  const connections = connectionsOf(server, clock);
  let hasStopped = false;
  let cancelUnused: (() => void) | undefined;

  const onListening = (): void => {
    if (!hasStopped) return;
    // Other listeners of the event run first, because they may need the address of the server.
    clock.setTimer(
      () => {
        server.close();
        server.closeAllConnections?.();
      },
      0,
      true,
    );
  };

  return createDrain(
    health,
    {
      listen: (turn, signal, listener) => process[turn](signal, listener),
      install: () => {
        connections.install();
        server.on("listening", onListening);
      },
      begin: connections.endAfterAnswer,
      stop: (stopped) => {
        hasStopped = true;
        cancelUnused = clock.setTimer(connections.closeUnused, UNUSED_MS, true);
        connections.stop(stopped);
      },
      cut: connections.cut,
      end: (how) => {
        cancelUnused?.();
        connections.uninstall();
        if (how === "cancelled") server.off("listening", onListening);
      },
    },
    options,
  );
}
