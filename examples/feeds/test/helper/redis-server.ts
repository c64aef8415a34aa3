import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { freePort } from "./free-port.ts";

/** Whether `redis-server` can be started here. */
export function hasRedis(): boolean {
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A Redis server of the test's own, which keeps nothing on disk. */
export async function startRedis(): Promise<{ readonly url: string; remove(): Promise<void> }> {
  const port = await freePort();
  const settings = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const server = spawn("redis-server", settings, { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((resolve, reject) => {
    let log = "";
    server.stdout.on("data", (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes("Ready to accept connections")) resolve();
    });
    server.once("exit", () => reject(new Error(`redis-server ended: ${log}`)));
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    async remove() {
      if (server.exitCode !== null) return;
      const gone = once(server, "exit");
      server.kill("SIGKILL");
      await gone;
    },
  };
}
