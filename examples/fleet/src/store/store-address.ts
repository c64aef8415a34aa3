import { Redis } from "ioredis";
import type { FleetStore } from "health-state/fleet";
import { redisFleet } from "health-state/redis";
import { overHttp } from "./over-http.ts";

/** Where the store is, as a replica is told. */
export interface StoreAddress {
  readonly kind: "redis" | "pglite";
  readonly port: number;
}

/** Opens the store. The connection comes back by itself. */
export function openStore({ kind, port }: StoreAddress): { readonly store: FleetStore; close(): void } {
  if (kind === "pglite") return { store: overHttp(`http://127.0.0.1:${port}`), close: () => {} };
  const client = new Redis(port, "127.0.0.1", { maxRetriesPerRequest: 1, retryStrategy: () => 500 });
  return { store: redisFleet(client), close: () => client.disconnect() };
}
