// One replica of a fleet: node replica.mjs '<options as JSON>'
// It holds a value that it loads while the file `source` exists, answers the probes and every other path, and tells each
// event of the fleet and each load by IPC. SIGTERM drains it.
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { createHealth, loaded } from "../../dist/src/index.js";
import { drainOnSignal, probes } from "../../dist/adapters/node.js";
import { fleet } from "../../dist/src/fleet/index.js";
import { fileStore, json } from "../../dist/src/source/file/index.js";
import { postgresFleet } from "../../dist/src/source/postgres/index.js";
import { redisFleet } from "../../dist/src/source/redis/index.js";

const given = JSON.parse(process.argv[2]);
/** A package of tools/databases. */
const packageOf = createRequire(new URL("../../tools/databases/package.json", import.meta.url));

function openStore() {
  switch (given.client) {
    case "ioredis": {
      const { Redis } = packageOf("ioredis");
      const options = { maxRetriesPerRequest: 1, retryStrategy: () => 100 };
      return redisFleet(new Redis(given.port, "127.0.0.1", options));
    }
    case "redis": {
      const client = packageOf("redis").createClient({
        socket: { host: "127.0.0.1", port: given.port, reconnectStrategy: 100 },
      });
      client.on("error", () => {});
      client.connect().catch(() => {});
      return redisFleet(client);
    }
    case "pg": {
      const { Pool } = packageOf("pg");
      return postgresFleet(new Pool({ connectionString: given.url, max: 1, connectionTimeoutMillis: 1_000 }));
    }
    case "postgres.js":
      return postgresFleet(packageOf("postgres")(given.url, { max: 1, connect_timeout: 1, fetch_types: false }));
    default:
      return undefined;
  }
}

const store = openStore();
const { limits, options, replica } = given;
const health = createHealth({ ...(store && { fleet: fleet(store, { group: "matcher", replica, ...options }) }) });
const index = health.resource("index", {
  async load() {
    const from = process.hrtime.bigint();
    const isGone = () => health.snapshot().fleet?.store === "gone";
    const wasGone = isGone();
    await new Promise((resolve) => setTimeout(resolve, given.loadMs ?? 50));
    const until = process.hrtime.bigint();
    process.send?.({
      type: "load",
      from: Number(from / 1_000n),
      until: Number(until / 1_000n),
      alone: wasGone || isGone(),
    });
    if (!existsSync(given.source)) throw new Error("the source is dead");
    return loaded({ at: 1 }, { revision: "r1" });
  },
  jitter: 0,
  ...limits,
  ...(given.folder && { lastKnownGood: fileStore(`${given.folder}/${replica}.lkg`, { codec: json() }) }),
});
health.subscribe((event) => {
  if ("replica" in event) process.send?.({ type: event.type, replica: event.replica, reason: event.reason });
});

const app = (request, response) => {
  const value = index.peek();
  response.writeHead(value ? 200 : 503, { "content-type": "text/plain" }).end(value ? replica : "no data");
};
const server = createServer(probes(health, app));
server.keepAliveTimeout = 60_000;
server.listen(given.listen ?? 0, "127.0.0.1", () => process.send?.({ type: "listening", port: server.address().port }));
const { done } = drainOnSignal(server, health, { delay: given.delay ?? "1s", deadline: "5s" });
// The client of the store would keep the process alive. Messages go out in order, so the last one ends it.
const exit = () => process.exit();
void done.then(() => (process.send ? process.send({ type: "closed" }, exit) : exit()));
process.on("disconnect", () => process.exit());
health.start();
