import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createAdaptorServer } from "@hono/node-server";
import { drainOnSignal } from "health-state/node";
import { createApp, type Sources } from "./app.ts";
import { createFeeds } from "./feeds.ts";
import { createFolderSource } from "./source/folder.ts";
import { createPgliteStock } from "./source/pglite-stock.ts";
import { createRedisStock } from "./source/redis-stock.ts";
import { startWebSource } from "./source/web.ts";

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const { PORT = "5200", RATES_PORT = "5201", REDIS_URL = "", BROKEN = "" } = process.env;
const { STORE = join(folder, ".data", "rates.lkg") } = process.env;

// The sources. They are part of the demo, so that they can break.
const rates = await startWebSource(Number(RATES_PORT));
const flags = await createFolderSource();
const stock = REDIS_URL === "" ? await createPgliteStock() : await createRedisStock(REDIS_URL);
const sources: Sources = { rates, flags, stock };
for (const source of Object.values(sources).filter((_, at) =>
  BROKEN.split(",").includes(Object.keys(sources)[at] ?? ""),
))
  await source.break("stop");

// The service.
const feeds = createFeeds({
  ratesUrl: rates.url,
  flagsPath: flags.path,
  loadStock: stock.load,
  storePath: STORE,
});
const server = createAdaptorServer({ fetch: createApp(feeds, sources).fetch });
const drain = drainOnSignal(server, feeds.health, { delay: "1s" });

server.listen(Number(PORT), "127.0.0.1", () => {
  feeds.health.start();
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : PORT;
  console.log(`open http://127.0.0.1:${port}/  (stock comes from ${stock.kind})`);
});
void drain.done.then(async () => {
  for (const source of Object.values(sources)) await source.close();
  console.log("drained");
});
