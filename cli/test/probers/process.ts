import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (typeof address !== "object" || address === null) throw new Error("a listening server has an address");
  return address.port;
}

/** The service under test, told what to be. */
export interface Target {
  readonly port: number;
  readonly pid: number;
  readonly tell: (word: "ready" | "stale" | "drain") => Promise<void>;
  readonly freeze: () => void;
  readonly end: () => Promise<void>;
}

/** Starts the service in a process of its own, so that it can be stopped. */
export async function startTarget(): Promise<Target> {
  const child = spawn(process.execPath, [`${import.meta.dirname}/target.mjs`], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value } = await lines.next();
  return {
    port: Number(value),
    pid: child.pid ?? 0,
    tell: async (word) => {
      child.stdin.write(`${word}\n`);
      await lines.next();
    },
    freeze: () => void child.kill("SIGSTOP"),
    end: () => endOf(child),
  };
}

/** Starts a client in the foreground; `end` kills it and waits for its end. */
export function startClient(path: string, args: readonly string[]): { readonly end: () => Promise<void> } {
  const child = spawn(path, args, { stdio: "ignore", detached: true });
  return { end: () => endOf(child) };
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, "exit");
  // A client's own process group, for some of them fork; the target has none of its own.
  if (!child.kill("SIGKILL")) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It had no group, or the group is gone.
  }
  await gone;
}

/** Asks again and again until the answer is the one wanted, and gives the last one. */
export async function settle<T>(ask: () => Promise<T>, wanted: T, withinMs: number): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (JSON.stringify(answer) === JSON.stringify(wanted) || Date.now() > end) return answer;
    await pause(100);
  }
}
