import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram, freePort, signalTree } from "./process.ts";

/** A Redis server of the test's own. */
export interface RedisServer {
  readonly port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it with SIGSTOP: sockets stay open and nobody answers. */
  freeze(): void;
  thaw(): void;
  remove(): Promise<void>;
}

/** Where `redis-server` is, if it is installed. */
export const redisProgram: string | undefined = findProgram("redis-server");

/** Starts a server that keeps nothing on disk. */
export async function startRedis(...settings: readonly string[]): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "health-state-redis-"));
  const port = await freePort();
  let server: ChildProcess | undefined;
  const redis: RedisServer = {
    port,
    async start() {
      const started = spawn(
        redisProgram ?? "",
        [
          "--port",
          String(port),
          "--bind",
          "127.0.0.1",
          "--save",
          "",
          "--appendonly",
          "no",
          "--repl-diskless-sync-delay",
          "0",
          "--dir",
          folder,
          ...settings,
        ],
        { stdio: ["ignore", "pipe", "ignore"] },
      );
      server = started;
      await new Promise<void>((resolve, reject) => {
        let log = "";
        started.stdout?.on("data", (chunk: Buffer) => {
          log += chunk.toString();
          if (log.includes("Ready to accept connections")) resolve();
        });
        started.once("exit", () => reject(new Error(`redis-server ended: ${log}`)));
      });
    },
    async stop() {
      const stopping = server;
      server = undefined;
      if (!stopping || stopping.exitCode !== null) return;
      const gone = once(stopping, "exit");
      stopping.kill("SIGKILL");
      await gone;
    },
    freeze: () => signalTree(server?.pid ?? 0, "SIGSTOP"),
    thaw: () => signalTree(server?.pid ?? 0, "SIGCONT"),
    async remove() {
      await redis.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await redis.start();
  return redis;
}
