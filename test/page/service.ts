import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { probes, toListener } from "../../adapters/node.ts";
import {
  createHealth,
  details,
  heartbeat,
  loaded,
  type Details,
  type Health,
  type HealthOptions,
} from "../../src/index.ts";
import { statusPage, type StatusPage } from "../../src/page/index.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";

/** A service with something to see: every state, a failure, a heartbeat, and an hour that has passed. */
export interface SeenService {
  readonly clock: VirtualClock;
  readonly health: Health;
  readonly page: StatusPage;
  readonly url: string;
  /** Answers the source of `index` from now on; without a value it fails. */
  answer(revision: string | undefined): void;
  stop(): Promise<void>;
}

const LIMITS = { refreshEvery: "30s", staleAfter: "65s", refuseAfter: "10m", timeout: "20s", jitter: 0 } as const;

/** What a source may say, and what must not become markup. */
export const HOSTILE = `no route to <img src=x onerror="document.title='broken'"> & more\n${"x".repeat(400)}`;

export async function startSeenService(
  options: HealthOptions & { readonly leave?: Details; readonly isEmpty?: boolean; readonly error?: string } = {},
): Promise<SeenService> {
  const { leave, isEmpty, error = HOSTILE, ...own } = options;
  const clock = createVirtualClock();
  const health = createHealth({ clock, details: details("always"), ...own });
  const page = statusPage(health, leave && { details: leave });
  health.subscribe(() => {});
  let revision: string | undefined = "r-1";
  if (!isEmpty) {
    health.resource("index", {
      load: () => {
        if (revision === undefined) throw new Error(error);
        return loaded({ revision }, { revision });
      },
      ...LIMITS,
    });
    health.resource("rates", { load: () => new Promise(() => {}), ...LIMITS });
    health.resource("geo", { load: () => loaded({}, { asOf: clock.wall() - 90_000 }), ...LIMITS, required: false });
    health.resource("a-name-that-is-as-long-as-a-name-of-a-resource-may-be-in-all-63", {
      load: () => loaded(new Map(), { revision: `sha256:${"0f".repeat(32)}` }),
      refreshEvery: "1h",
      refuseAfter: "never",
    });
    heartbeat(health, "consumer", { within: "2h" })();
  }
  const listen = toListener(page);
  const server = createServer(
    probes(health, (request: IncomingMessage, response: ServerResponse) => {
      // Behind a path of its own, as a service mounts it.
      if (request.url?.split("?", 1)[0] === "/status/page") listen(request, response);
      else response.writeHead(404).end();
    }),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // SAFETY: a server on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  health.start();
  await clock.settle();
  return {
    clock,
    health,
    page,
    url: `http://127.0.0.1:${port}/status/page`,
    answer: (next) => void (revision = next),
    async stop() {
      await health.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
