// Servers in processes of their own, and what they cost.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

const START_MS = 20_000;
const SERVER_CPU = "0";
const CLIENT_CPU = "1";
// Before this process is pinned, for then it sees one.
export const processors = availableParallelism();

/** Whether the client and the servers can be kept on processors of their own. */
export const pinned = processors > 1 && spawnSync("taskset", ["-c", SERVER_CPU, "true"]).status === 0;

/** Moves this process away from the servers, and gives what moves it back. */
export function pinSelf() {
  const move = (cpus) => pinned && spawnSync("taskset", ["-a", "-c", "-p", cpus, String(process.pid)]);
  move(CLIENT_CPU);
  return () => move(`0-${processors - 1}`);
}

/** Whether CPU time can be counted here: Linux keeps it for each thread. */
export const countable = existsSync("/proc/self/schedstat");

/** CPU time of a process and all its threads, user and system, in ns. It holds still when the machine does not. */
export function cpuOf(pid) {
  let total = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`))
    try {
      total += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ", 1)[0]);
    } catch {
      // A thread that ended meanwhile.
    }
  return total;
}

/** Starts a server that prints `port N`; it ends when its standard input does. */
export async function startServer(command) {
  const [file, ...args] = pinned ? ["taskset", "-c", SERVER_CPU, ...command] : command;
  const child = spawn(file, args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, NODE_ENV: "production", NO_COLOR: "1" },
  });
  const exited = once(child, "exit");
  let output = "";
  child.stdin.on("error", () => {});
  child.stderr.on("data", (chunk) => (output += chunk));
  const port = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`it does not listen: ${output}`)), START_MS);
    child.stdout.on("data", (chunk) => {
      output += chunk;
      const found = /^port (\d+)/m.exec(output)?.[1];
      if (!found) return;
      clearTimeout(late);
      resolve(Number(found));
    });
    child.on("exit", (code) => {
      clearTimeout(late);
      reject(new Error(`it ended with ${code}: ${output}`));
    });
  });
  return {
    // workerd is started by a script.
    pid: Number(/^pid (\d+)/m.exec(output)?.[1] ?? child.pid),
    port,
    async end() {
      child.stdin.end();
      const force = setTimeout(() => child.kill("SIGKILL"), 2_000);
      await exited;
      clearTimeout(force);
    },
  };
}
