import type { Breakable } from "../process/breakable.ts";
import { startModule, type Kept } from "../process/kept.ts";
import type { StoreAddress } from "../store/store-address.ts";
import { askJson } from "../balancer/ask.ts";
import type { ReplicaFacts } from "./facts.ts";
import type { ReplicaMessage, ReplicaOptions } from "./main.ts";

/** One replica, as the demo sees it. */
export interface ReplicaProcess extends Breakable {
  readonly name: string;
  /** It keeps its port when it is started again, because the balancer knows it. */
  readonly port: number;
  /** What it says of itself; `undefined` where it does not answer. */
  facts(): Promise<ReplicaFacts | undefined>;
}

/** What a replica is started with. */
export interface ReplicaSetup {
  readonly name: string;
  readonly store: StoreAddress;
  readonly sourceUrl: string;
  /** Told of what it says. */
  readonly hear: (says: string) => void;
}

/** Starts a replica, and waits until it listens. */
export async function startReplica({ name, store, sourceUrl, hear }: ReplicaSetup): Promise<ReplicaProcess> {
  let port = 0;
  let running: Kept | undefined;
  /** It listens, or has ended before it did. */
  const start = (): Promise<void> =>
    new Promise((resolve) => {
      const options: ReplicaOptions = { name, store, sourceUrl, port };
      running = startModule({
        module: "../replica/main.js",
        given: [JSON.stringify(options)],
        hear: (message) => {
          // SAFETY: main.ts sends nothing else.
          const told = message as ReplicaMessage;
          if ("says" in told) return hear(told.says);
          port = told.port;
          resolve();
        },
        gone: resolve,
      });
    });
  await start();
  if (port === 0) throw new Error(`${name} ended before it listened`);
  return {
    name,
    port,
    get isUp() {
      return running?.isRunning ?? false;
    },
    facts: async () => (running?.isRunning ? askJson<ReplicaFacts>(port, "/facts") : undefined),
    kill: async () => running?.kill(),
    async heal() {
      if (!running?.isRunning) await start();
    },
  };
}
