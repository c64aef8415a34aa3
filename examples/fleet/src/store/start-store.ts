import { connect } from "node:net";
import { once } from "node:events";
import type { Breakable } from "../process/breakable.ts";
import { startModule, startProgram, type Kept } from "../process/kept.ts";
import { freePort } from "../process/port.ts";
import { findProgram } from "../process/program.ts";
import { until } from "../process/until.ts";
import type { StoreAddress } from "./store-address.ts";

/** The store of the fleet, in a process of its own. It keeps nothing on disk, so it comes back empty. */
export interface StoreProcess extends Breakable {
  readonly address: StoreAddress;
  /** What it is, for people. */
  readonly name: string;
}

/**
 * Starts Redis or Valkey if one is installed, else PostgreSQL in a process of Node.
 *
 * @param isRedisWanted false to take PostgreSQL in any case
 */
export async function startStore(isRedisWanted: boolean): Promise<StoreProcess> {
  const redis = isRedisWanted ? findProgram("redis-server", "valkey-server") : undefined;
  const port = await freePort();
  const start = (): Kept =>
    redis === undefined
      ? startModule({ module: "../store/pglite-server.js", given: [String(port)] })
      : startProgram(redis, ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);

  let running = start();
  const listens = (): Promise<void> =>
    until(
      "the store listens",
      () => isOpen(port),
      () => !running.isRunning,
    );
  await listens();
  return {
    address: { kind: redis === undefined ? "pglite" : "redis", port },
    name: redis === undefined ? "PostgreSQL in a process of Node (PGlite)" : "Redis",
    get isUp() {
      return running.isRunning;
    },
    kill: () => running.kill(),
    async heal() {
      if (running.isRunning) return;
      running = start();
      await listens();
    },
  };
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
