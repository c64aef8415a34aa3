import { spawn } from "node:child_process";
import { fstatSync } from "node:fs";
import process from "node:process";

/**
 * Calls `act` when the reader of standard output goes away, as `head` does after its last line. Node notices that only at
 * the next write, and a command that waits may never write again. `tail -f` of GNU watches its own output, so it gets the
 * same pipe. Elsewhere, and without `tail`, the next write ends the command.
 */
export function whenReaderLeaves(act: () => void): void {
  if (process.platform !== "linux" || !fstatSync(1).isFIFO()) return;
  // With --pid it also ends with this process, and does not keep the pipe open.
  const tail = spawn("tail", [`--pid=${process.pid}`, "-f", "/dev/null"], { stdio: ["ignore", 1, "ignore"] });
  tail.unref();
  tail.on("error", () => {});
  tail.on("exit", (_, signal) => {
    if (signal === "SIGPIPE") act();
  });
  process.on("exit", () => void tail.kill());
}
