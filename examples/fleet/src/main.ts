import { createAdaptorServer } from "@hono/node-server";
import { createApp } from "./app.ts";
import { openStage } from "./stage.ts";
import { portOf } from "./process/port.ts";

/** The port of the page, if nobody has it. */
const USUAL_PORT = 5300;
const { PORT, WITHOUT = "" } = process.env;

console.log("The source, the store, five replicas and the balancer start.");
const stage = await openStage(WITHOUT.split(","));
const server = createAdaptorServer({ fetch: createApp(stage).fetch });

server.once("error", (error) => {
  if (PORT !== undefined || Reflect.get(error, "code") !== "EADDRINUSE") throw error;
  server.listen(0, "127.0.0.1");
});
server.listen(Number(PORT ?? USUAL_PORT), "127.0.0.1");
server.once("listening", () => {
  const { store, balancer } = stage.scene;
  console.log(`open http://127.0.0.1:${portOf(server)}/  (store: ${store.name}; balancer: ${balancer.name})`);
  if (store.address.kind === "redis") console.log(`redis://127.0.0.1:${store.address.port}, group shop`);
});

let isEnding = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    if (isEnding) return;
    isEnding = true;
    server.close();
    if ("closeAllConnections" in server) server.closeAllConnections();
    void stage.close();
  });
