import { once } from "node:events";
import { createServer } from "node:http";
import type { Breakable } from "../process/breakable.ts";
import { portOf } from "../process/port.ts";
import { pricesOf, type Quality } from "./prices.ts";

/** Where the prices come from: a server on a port of its own, as another team would run it. */
export interface Source extends Breakable {
  readonly url: string;
  /** The revision that it announces. */
  readonly announced: string;
  /** How good a revision is. */
  qualityOf(revision: string): Quality | undefined;
  /** Announces a new revision. */
  publish(quality: Quality): string;
}

/** A load takes so long that one sees it. */
const LOAD_MS = 800;

export async function startSource(): Promise<Source> {
  const published: Quality[] = [];
  const publish = (quality: Quality): string => `v${published.push(quality)}`;
  const qualityOf = (revision: string): Quality | undefined => published[Number(revision.slice(1)) - 1];

  const server = createServer((request, response) => {
    const say = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (request.url === "/current") return say(200, `v${published.length}`);
    const revision = /^\/revisions\/(v\d+)$/.exec(request.url ?? "")?.[1] ?? "";
    const quality = qualityOf(revision);
    if (quality === undefined) return say(404, "there is no such revision");
    const prices = Object.fromEntries(pricesOf(quality, Number(revision.slice(1))));
    setTimeout(() => say(200, prices), LOAD_MS);
  });
  const listen = async (port: number): Promise<number> => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return portOf(server);
  };

  publish("good");
  const port = await listen(0);
  return {
    url: `http://127.0.0.1:${port}`,
    get isUp() {
      return server.listening;
    },
    get announced() {
      return `v${published.length}`;
    },
    qualityOf,
    publish,
    async kill() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
    async heal() {
      if (!server.listening) await listen(port);
    },
  };
}
