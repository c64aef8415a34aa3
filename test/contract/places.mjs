// Where the contract is run: what starts each place, and how a case is sent there.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { withDeadline } from "./deadline.mjs";
import { httpSender } from "./http.mjs";

const ROOT = new URL("../../", import.meta.url);

/** A path in the repository. */
export const at = (path) => fileURLToPath(new URL(path, ROOT));

const bin = (path) => (existsSync(at(path)) ? at(path) : undefined);

/** The runtimes that processes are started with; `undefined` where one is not installed. */
export const RUNTIMES = {
  [`Node ${process.versions.node.split(".")[0]}`]: { command: [process.execPath] },
  "Node 22": { command: [bin("tools/nodes/node_modules/node-22/bin/node")] },
  "Node 24": { command: [bin("tools/nodes/node_modules/node-24/bin/node")] },
  Bun: { command: [bin("tools/runtimes/node_modules/bun/bin/bun.exe")] },
  Deno: { command: [bin("tools/runtimes/node_modules/.bin/deno"), "run", "-A", "--no-check", "--no-lock", "--quiet"] },
};

/** How long a process may take to listen. */
const START_MS = 20_000;

/** Starts a process that prints `port N`; ends it, and it alone, by closing its standard input. */
export async function start([command, ...args], env = {}) {
  const child = spawn(command, args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", ...env },
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
  }).catch((error) => {
    child.kill("SIGKILL");
    throw error;
  });
  return {
    child,
    port,
    exited,
    output: () => output,
    async end() {
      child.stdin.end();
      const force = setTimeout(() => child.kill("SIGKILL"), 3_000);
      await exited;
      clearTimeout(force);
    },
  };
}

const served = (runtime, app, env) => async () => {
  const [command, ...args] = RUNTIMES[runtime].command;
  if (!command)
    throw new Missing(
      `${runtime} is not installed: npm ci --prefix tools/${runtime.startsWith("Node") ? "nodes" : "runtimes"}`,
    );
  const running = await start([command, ...args, at(app)], env);
  const sender = httpSender(`http://127.0.0.1:${running.port}`);
  return { ...sender, end: async () => (sender.end(), running.end()) };
};

/** A place that cannot be had here, and why. */
export class Missing extends Error {}

/** Loads a package of a tools folder. */
function load(folder, name) {
  try {
    return createRequire(at(`tools/${folder}/package.json`))(name);
  } catch (error) {
    throw new Missing(`${name} is not installed: npm ci --prefix tools/${folder} (${error.code})`);
  }
}

/** One script of what a fixture imports, for platforms without a file system. */
export async function bundle(entry, format) {
  const { build } = load("runtimes", "esbuild");
  const { outputFiles } = await build({
    entryPoints: [at(entry)],
    bundle: true,
    format,
    target: "es2022",
    write: false,
    external: ["node:*"],
    logLevel: "error",
  });
  return outputFiles[0].text;
}

/** Dates of workerd's behaviour: about the newest that the binary knows, and an old one. */
export const DATES = ["2026-04-01", "2024-09-01"];

/** Runs a Worker. */
export async function openWorker(entry, compatibilityDate) {
  const { Miniflare } = load("runtimes", "miniflare");
  const script = await bundle(entry, "esm");
  return new Miniflare({ modules: true, script, compatibilityDate, cf: false, host: "127.0.0.1", port: 0 });
}

/** Ends a Worker, if there is one. One that does not end in time is left to the end of this process. */
export async function endWorker(worker) {
  if (worker) await withDeadline("the end of workerd", START_MS, worker.dispose()).catch(console.error);
}

const workerd = (date) => async () => {
  const worker = await openWorker("test/contract/app/worker.mjs", date);
  try {
    const { origin } = await withDeadline("the start of workerd", START_MS, worker.ready);
    const sender = httpSender(origin);
    return { ...sender, end: async () => (sender.end(), endWorker(worker)) };
  } catch (error) {
    await endWorker(worker);
    throw error;
  }
};

/** Runs a script of edge-runtime, without a server. */
export async function edgeRuntimeOf(entry) {
  const { EdgeRuntime } = load("runtimes", "edge-runtime");
  return new EdgeRuntime({ initialCode: await bundle(entry, "iife") });
}

async function edgeRuntime() {
  const { EdgeRuntime, runServer } = load("runtimes", "edge-runtime");
  const runtime = new EdgeRuntime({ initialCode: await bundle("test/contract/app/edge.mjs", "iife") });
  const server = await runServer({ runtime, host: "127.0.0.1", port: 0 });
  const sender = httpSender(server.url);
  return { ...sender, end: async () => (sender.end(), server.close()) };
}

const lambda = (front) => async () => {
  const { EVENTS, handlerOf } = await import("./app/lambda.mjs");
  let handler;
  return {
    async setScene({ scene, limits }) {
      handler = await handlerOf(scene, limits);
    },
    async send(one) {
      const event = EVENTS[front](one);
      const {
        statusCode,
        headers = {},
        multiValueHeaders = {},
        body,
      } = await handler(event, { awsRequestId: "1", getRemainingTimeInMillis: () => 3_000 });
      const flat = Object.fromEntries(Object.entries(multiValueHeaders).map(([name, [value]]) => [name, value]));
      return { status: statusCode, headers: { ...headers, ...flat }, body };
    },
    end: async () => {},
  };
};

const HERE = Object.keys(RUNTIMES)[0];
const APPS = "test/contract/app/";
const FRAMEWORKS = "tools/frameworks/app/";

/** Every place: its name, how loads are driven there, and what opens it. */
export const PLACES = [
  ...[HERE, "Node 22", "Node 24"].map((node) => ({
    place: `${node}, node:http`,
    open: served(node, `${APPS}node.mjs`),
  })),
  ...["Bun", "Deno"].map((runtime) => ({ place: `${runtime}, node:http`, open: served(runtime, `${APPS}node.mjs`) })),
  { place: "Bun, fetch", open: served("Bun", `${APPS}bun.mjs`) },
  { place: "Bun, routes", open: served("Bun", `${APPS}bun-routes.mjs`) },
  { place: "Bun, static routes", open: served("Bun", `${APPS}bun-static.mjs`) },
  { place: "Deno, fetch", open: served("Deno", `${APPS}deno.mjs`) },
  ...DATES.map((date) => ({ place: `workerd, ${date}`, mode: "request", open: workerd(date) })),
  { place: "edge-runtime", mode: "request", open: edgeRuntime },
  ...["HTTP API v2", "Function URL", "REST v1", "load balancer"].map((front) => ({
    place: `Lambda, ${front}`,
    mode: "request",
    open: lambda(front),
  })),
  ...["hono", "hono-1", "express", "connect", "fastify", "koa", "h3"].map((name) => ({
    place: `${HERE}, ${name}`,
    open: served(HERE, `${FRAMEWORKS}${name}.mjs`),
  })),
  ...["hono", "elysia"].map((name) => ({ place: `Bun, ${name}`, open: served("Bun", `${FRAMEWORKS}${name}-bun.mjs`) })),
  { place: "Deno, hono", open: served("Deno", `${FRAMEWORKS}hono-deno.mjs`) },
].map((place) => ({ mode: "background", ...place }));

/** The table. */
export const TABLE = JSON.parse(readFileSync(at("test/contract/cases.json"), "utf8"));
