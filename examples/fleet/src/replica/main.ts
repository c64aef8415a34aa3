// One replica in a process of its own: node main.js '<ReplicaOptions as JSON>'
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { HealthEvent } from "health-state";
import { drainOnSignal, probes } from "health-state/node";
import { listenOn } from "../process/port.ts";
import { fromShop } from "../source/prices.ts";
import { openStore, type StoreAddress } from "../store/store-address.ts";
import { factsOf } from "./facts.ts";
import { createService } from "./service.ts";

/** What a replica is told at its start. */
export interface ReplicaOptions {
  readonly name: string;
  readonly store: StoreAddress;
  readonly sourceUrl: string;
  /** Its port, or 0 for a free one. */
  readonly port: number;
}

/** What a replica tells the demo. */
export type ReplicaMessage = { readonly port: number } | { readonly says: string };

const tell = (message: ReplicaMessage): void => void (process.connected && process.send?.(message));
// The demo has ended, so nobody is left to serve.
process.once("disconnect", () => process.exit());

const options: ReplicaOptions = JSON.parse(process.argv[2] ?? "");
const { store } = openStore(options.store);
const service = createService({
  store,
  name: options.name,
  source: fromShop(options.sourceUrl),
  onBad: (revision, reason) =>
    tell({ says: `found ${revision} bad: ${reason instanceof Error ? reason.message : String(reason)}` }),
});
const { health } = service;

health.subscribe((event) => {
  const says = wordsOf(event);
  if (says !== undefined) tell({ says });
});

const server = createServer(
  probes(health, (request: IncomingMessage, response: ServerResponse) => {
    const say = (status: number, body: object): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (request.url === "/facts") return say(200, factsOf(service));
    try {
      say(200, { replica: options.name, ...service.sell() });
    } catch {
      say(503, { title: "There are no prices yet" });
    }
  }),
);
server.keepAliveTimeout = 60_000;
drainOnSignal(server, health, { delay: "1s" });
const port = await listenOn(server, options.port);
tell({ port });
health.start();

/** What is worth a line. */
function wordsOf(event: HealthEvent): string | undefined {
  if (event.type === "held-in") return "is held in: its prices are too old, and it has no leave";
  if (event.type === "left") return "has leave: it goes out";
  if (event.type === "store-gone") return `lost the store: ${event.reason ?? "it does not answer"}`;
  if (event.type === "store-back") return "has the store again";
  if (event.type === "probe") return event.probe === "readiness" ? `says ${event.word} to the balancer` : undefined;
  if (!("outcome" in event) || event.outcome !== "loaded" || event.revision === undefined) return undefined;
  return `took ${event.revision}`;
}
