import { once } from "node:events";
import { Redis } from "ioredis";
import { fromRedis } from "health-state/redis";
import { numbersOf, type Fault } from "./breakable.ts";
import { ARTICLES, type StockSource } from "./stock.ts";

const KEY = "{health-state-feeds}:stock";
const VERSION = "{health-state-feeds}:version";

/** A Redis server of the reader's own. The demo writes two keys, and removes them at the end. */
export async function createRedisStock(url: string): Promise<StockSource> {
  // One connection writes, so that the one that reads can be cut.
  const writer = new Redis(url, { lazyConnect: true });
  const reader = new Redis(url, { lazyConnect: true, enableOfflineQueue: false });
  await Promise.all([writer.connect(), reader.connect()]);
  let version = 0;

  const publish = async (content: string): Promise<void> => {
    version += 1;
    await writer.mset(KEY, content, VERSION, `${process.pid}-${version}`);
  };
  const good = (): string => JSON.stringify(numbersOf(ARTICLES, version));
  const disconnect = async (): Promise<void> => {
    if (reader.status === "end") return;
    const ended = once(reader, "end");
    reader.disconnect();
    await ended;
  };
  const connect = async (): Promise<void> => {
    if (reader.status === "end") await reader.connect();
  };
  const contents: Partial<Record<Fault, () => string>> = {
    garbage: () => "<html>This is no stock.</html>",
    empty: () => "{}",
    half: () => good().slice(0, 20),
  };

  await publish(good());
  return {
    kind: "Redis",
    load: fromRedis(reader, {
      key: KEY,
      version: VERSION,
      parse: (body: Record<string, number>) => new Map(Object.entries(body)),
    }),
    faults: ["stop", "500", "garbage", "empty", "half"],
    async break(fault) {
      if (fault === "stop") return disconnect();
      await connect();
      const content = contents[fault];
      if (content) await publish(content());
      // A list where a string should be: Redis answers WRONGTYPE.
      else await writer.multi().del(VERSION).lpush(VERSION, "no string").exec();
    },
    async heal() {
      await connect();
      await publish(good());
    },
    async close() {
      await writer.del(KEY, VERSION);
      writer.disconnect();
      reader.disconnect();
    },
  };
}
