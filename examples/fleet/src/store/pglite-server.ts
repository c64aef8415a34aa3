// PostgreSQL in one process, for machines without Redis: node pglite-server.js <port>
// It answers the three verbs of a store by HTTP. It keeps nothing on disk, so it comes back empty.
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { PGlite } from "@electric-sql/pglite";
import { fleetSchema, postgresFleet } from "health-state/postgres";
import { listenOn } from "../process/port.ts";

process.once("disconnect", () => process.exit());
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

const pglite = await PGlite.create();
await pglite.exec(fleetSchema);
const store = postgresFleet(pglite);
const verbs = new Map<string, (group: string, given: never) => PromiseLike<unknown>>([
  ["/beat", store.beat],
  ["/read", store.read],
  ["/write", store.write],
]);

const server = createServer(async (request, response) => {
  try {
    const verb = verbs.get(request.url ?? "");
    // SAFETY: the other side is over-http.ts, which sends what a store takes.
    const [group, given] = (await json(request)) as [string, never];
    if (!verb) throw new Error("there is no such verb");
    response.end(JSON.stringify(await verb(group, given)));
  } catch (error) {
    response.writeHead(500).end(JSON.stringify(error instanceof Error ? error.message : "it failed"));
  }
});
await listenOn(server, Number(process.argv[2]));
