// Services that end, each as its author would write it: `service.mjs <library> <kind>`, plain node.
// A line of output says what happened, so that a test can follow.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

const [at, kind, delay = "1000ms"] = process.argv.slice(2);
const { createHealth } = await import(new URL("src/index.js", at));
const { createVirtualClock } = await import(new URL("src/testing/index.js", at));
const { drainOnSignal, probes } = await import(new URL("adapters/node.js", at));
/** Frameworks come from a folder of their own. */
const framework = (name) =>
  import(pathToFileURL(createRequire(new URL("../../../tools/ending/package.json", import.meta.url)).resolve(name)));

const say = (...words) => console.log(...words);
const clock = kind === "plain" ? createVirtualClock() : undefined;
const health = createHealth({ clock });
const index = health.resource("index", { load: () => new Map([["k", "v"]]), dispose: () => say("disposed") });
// A deadline that no test lives to see: what waits for it hangs.
const options = { delay, deadline: "10m" };
const draining = new Promise((resolve) => {
  health.subscribe(({ type }) => {
    if (type !== "drain") return;
    say("draining");
    resolve();
  });
});
const listening = (server) =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));

/**
 * What is in flight when the delay ends, and needs the data at its end. Timers of one process fire in their order,
 * however busy the machine is.
 */
async function work() {
  say("asked");
  await draining;
  await sleep(Number.parseInt(delay) + 200);
  say(`answered ${index.peek()?.get("k")}`);
  return index.peek()?.get("k") ?? "no data";
}

/** Stands for a pool of connections, which holds the process. */
function createPool() {
  const timer = setInterval(() => {}, 1_000);
  return { end: () => (say(`pool ended, data ${index.peek()?.get("k")}`), clearInterval(timer)) };
}

const kinds = {
  async two() {
    const app = async (_request, response) => response.end(await work());
    const servers = [createServer(probes(health, app)), createServer(probes(health))];
    for (const server of servers) drainOnSignal(server, health, options).done.then(() => say("done"));
    // Neither of these holds the health.
    drainOnSignal(createServer(), health, { ...options, signals: ["SIGUSR2"] });
    drainOnSignal(createServer(), health, options).cancel();
    say(`ports ${await listening(servers[0])} ${await listening(servers[1])}`);
    health.start();
  },

  /** The signal comes while the service still prepares. */
  async early() {
    const server = createServer(probes(health));
    const pool = createPool();
    drainOnSignal(server, health, { ...options, close: () => pool.end() });
    process.kill(process.pid, "SIGTERM");
    await draining;
    say(`port ${await listening(server)}`);
  },

  /** The service listens when the drain is long over. */
  async late() {
    const server = createServer(probes(health));
    const { done } = drainOnSignal(server, health, options);
    // What it still prepares.
    const preparing = setInterval(() => {}, 1_000);
    process.kill(process.pid, "SIGTERM");
    await done;
    clearInterval(preparing);
    say("done");
    server.on("close", () => say("closed again"));
    say(`port ${await listening(server)}`);
  },

  /** The second server is made when the drain of the first is over. */
  async another() {
    const first = createServer(probes(health));
    const { done } = drainOnSignal(first, health, options);
    const pool = createPool();
    process.kill(process.pid, "SIGTERM");
    await done;
    pool.end();
    const second = createServer(probes(health));
    second.listen(0, "127.0.0.1", () => say(`port ${second.address().port}`));
    await drainOnSignal(second, health, options).done;
    say("done");
  },

  async http2() {
    const { createServer: create } = await import("node:http2");
    const server = create(probes(health, answer));
    drainOnSignal(server, health, options);
    say(`port ${await listening(server)}`);
  },

  async https() {
    const { createServer: create } = await import("node:https");
    const server = create(JSON.parse(process.env.CERTIFICATE), probes(health, answer));
    server.headersTimeout = 0;
    drainOnSignal(server, health, options);
    say(`port ${await listening(server)}`);
  },

  async https2() {
    const { createSecureServer } = await import("node:http2");
    const { cert, key } = JSON.parse(process.env.CERTIFICATE);
    const server = createSecureServer({ cert, key, allowHTTP1: true }, probes(health, answer));
    server.headersTimeout = 0;
    drainOnSignal(server, health, options);
    say(`port ${await listening(server)}`);
  },

  /** A server of HTTP/2 that has no listener for requests. */
  async streams() {
    const { createServer: create } = await import("node:http2");
    const server = create();
    server.on("stream", async (stream) => {
      await sleep(5);
      stream.respond({ ":status": 200 });
      stream.end("data");
    });
    drainOnSignal(server, health, options);
    say(`port ${await listening(server)}`);
  },

  async fastify() {
    const { default: Fastify } = await framework("fastify");
    const { probes: plugin } = await import(new URL("adapters/fastify.js", at));
    const app = Fastify();
    const pool = createPool();
    app.addHook("onClose", async () => pool.end());
    app.get("/", work);
    await app.register(plugin(health));
    drainOnSignal(app.server, health, { ...options, close: () => app.close() });
    await app.listen({ port: 0, host: "127.0.0.1" });
    say(`port ${app.server.address().port}`);
  },

  async nest() {
    await framework("reflect-metadata");
    const { Module } = await framework("@nestjs/common");
    const { NestFactory } = await framework("@nestjs/core");
    class AppModule {
      pool = createPool();
      onModuleDestroy() {
        say("onModuleDestroy");
      }
      async onApplicationShutdown() {
        this.pool.end();
      }
    }
    Module({})(AppModule);
    const app = await NestFactory.create(AppModule, { logger: ["error"] });
    app.use(probes(health));
    app.use(async (_request, response) => response.end(await work()));
    drainOnSignal(app.getHttpServer(), health, { ...options, close: () => app.close() });
    await app.listen(0, "127.0.0.1");
    say(`port ${app.getHttpServer().address().port}`);
  },

  async cluster() {
    const { default: cluster } = await import("node:cluster");
    if (cluster.isPrimary) {
      const workers = [cluster.fork(), cluster.fork()];
      process.on("SIGTERM", () => workers.forEach((worker) => worker.process.kill("SIGTERM")));
      cluster.on("exit", (worker, code, signal) =>
        say(`worker left ${signal ?? code} ${worker.exitedAfterDisconnect}`),
      );
      cluster.on("message", (_worker, message) => say(message));
      return;
    }
    const app = async (_request, response) => response.end(await work());
    const server = createServer(probes(health, app));
    const { done } = drainOnSignal(server, health, options);
    process.send(`port ${await listening(server)}`);
    await done;
    process.send("last words");
  },

  /** A shutdown that fails, and one that never ends. */
  async failing() {
    const server = createServer(probes(health));
    const close = () => Promise.reject(new Error("the pool is\nbroken"));
    drainOnSignal(server, health, { ...options, delay: 0, close }).done.then(() => say("done"));
    say(`port ${await listening(server)}`);
  },
  async hanging() {
    const server = createServer(probes(health));
    const close = () => new Promise(() => void setTimeout(say, 250, "half of the deadline has passed"));
    drainOnSignal(server, health, { delay: 0, deadline: 500, close }).done.then(() => say("done"));
    say(`port ${await listening(server)}`);
  },

  /** As under `node --watch`: with the default delay, by a clock that stands still until the drain begins. */
  async plain() {
    const server = createServer(probes(health, (_request, response) => response.end("data")));
    drainOnSignal(server, health);
    const pass = async (ms, at) => {
      await clock.advance(ms);
      say(`${at} ${server.listening ? "serves" : "stopped"}`);
    };
    void draining.then(async () => {
      await pass(0, "at once");
      await pass(9_999, "just before 10 s");
    });
    process.once("SIGUSR2", () => void pass(1, "at 10 s"));
    say(`port ${await listening(server)}`);
  },
};

function answer(_request, response) {
  setTimeout(() => response.end("data"), 5);
}

health.start();
if (kind === "plain") await clock.advance(0);
await health.whenReady();
await kinds[kind]();
