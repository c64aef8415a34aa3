// Starts an example's own server as a process, and ends it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** How long a server may take to listen, and to end. */
const START_MS = 60_000;
const END_MS = 20_000;

/** No framework calls home. */
export const QUIET = {
  NEXT_TELEMETRY_DISABLED: "1",
  ASTRO_TELEMETRY_DISABLED: "1",
  DENO_NO_UPDATE_CHECK: "1",
  DO_NOT_TRACK: "1",
  NO_COLOR: "1",
};

/** A port that nobody uses now. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** One request; `undefined` where nobody listens, or the connection broke. */
export function ask(port, path, method = "GET") {
  return new Promise((resolve) => {
    const sent = request({ host: "127.0.0.1", port, path, method, agent: false, timeout: START_MS }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk) => (body += chunk));
      response
        .on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }))
        .on("error", () => resolve(undefined));
    });
    sent.on("error", () => resolve(undefined)).on("timeout", () => sent.destroy());
    sent.end();
  });
}

/** Asks until `matches` likes the answer, or the time is over. */
export async function until(what, matches, patienceMs = START_MS) {
  const end = Date.now() + patienceMs;
  for (;;) {
    const found = await matches();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what} did not come`);
    await pause(50);
  }
}

/**
 * Starts a server in a process group of its own, and waits until liveness is answered.
 *
 * @param command gets the port: `(port) => ["node", "server.js"]`
 * @param address variables that name the port, where `PORT` and `HOST` are not read
 */
export async function startServer({ cwd, command, address, env }) {
  const port = await freePort();
  const [file, ...args] = command(port);
  const child = spawn(file, args, {
    cwd,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      ...QUIET,
      PORT: `${port}`,
      HOST: "127.0.0.1",
      NODE_ENV: "production",
      ...address?.(port),
      ...env,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  // A program that cannot be started has no exit.
  const exited = once(child, "exit").catch(({ code }) => [code]);
  const group = (signal) => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // The whole group has ended.
    }
  };
  const kill = () => {
    process.off("exit", kill);
    group("SIGKILL");
  };
  // A group of its own hears nothing of the terminal.
  process.once("exit", kill);
  try {
    await until("a listening server", async () => {
      const ended = child.exitCode ?? child.signalCode;
      if (child.pid === undefined || ended !== null) throw new Error(`it ended with ${ended}`);
      return ask(port, "/status/live");
    });
  } catch (error) {
    kill();
    throw new Error(`${error.message}: ${output.slice(-2_000)}`);
  }
  return {
    port,
    output: () => output,
    /** Signals the process alone, as an orchestrator does, and waits for its end. */
    async end(signals) {
      for (const [index, signal] of signals.entries()) {
        child.kill(signal);
        if (index + 1 < signals.length)
          await until("INDEX-DRAINING", async () => (await ask(port, "/status"))?.body === "INDEX-DRAINING", END_MS);
      }
      let late;
      const ended = await Promise.race([exited, new Promise((resolve) => (late = setTimeout(resolve, END_MS)))]);
      clearTimeout(late);
      if (!ended) throw new Error(`${signals.join(", ")} did not end it: ${output.slice(-2_000)}`);
      return ended[0] ?? ended[1];
    },
    /** Ends whatever is left of it. */
    kill,
  };
}
