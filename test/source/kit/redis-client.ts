import type {
  IoredisClusterLike,
  IoredisLike,
  NodeRedisLike,
  RedisClientLike,
} from "../../../src/source/redis/index.ts";
import { packageOf } from "./packages.ts";

/** A client of one of the packages, with what a test does beside loading. */
export interface TestRedis {
  readonly client: RedisClientLike;
  /** Sends a command; strings come back as text. */
  send(...words: (string | Buffer)[]): Promise<unknown>;
  close(): void;
}

/** A kind of client. */
export interface RedisKind {
  readonly name: string;
  open(port: number): Promise<TestRedis>;
  openCluster(port: number): Promise<TestRedis>;
}

type Command = { call(command: string, ...args: unknown[]): Promise<unknown>; disconnect(): void };

interface Ioredis {
  readonly Redis: new (port: number, host: string, options: object) => IoredisLike & Command;
  readonly Cluster: new (nodes: readonly object[], options: object) => IoredisClusterLike & Command;
}

interface NodeRedis {
  createClient(
    options: object,
  ): NodeRedisLike & { connect(): Promise<unknown>; destroy?(): void; disconnect(): Promise<void> };
  createCluster(options: object): ReturnType<NodeRedis["createClient"]>;
}

const quietly = (end: () => unknown): void => {
  try {
    Promise.resolve(end()).catch(() => {});
  } catch {
    // It is closed already.
  }
};

function nodeRedis(name: string): RedisKind {
  const opened = async (client: ReturnType<NodeRedis["createClient"]>, isCluster: boolean): Promise<TestRedis> => {
    // The test's own commands fail loudly; the client's listener is added by fromRedis().
    await client.connect();
    return {
      client,
      send: (...words) => {
        const given = isCluster ? [words[1], false, words] : [words];
        return client.sendCommand(...(given as never[]));
      },
      close: () => quietly(() => (client.destroy ? client.destroy() : client.disconnect())),
    };
  };
  return {
    name,
    open: (port) =>
      opened(
        packageOf<NodeRedis>(name).createClient({ socket: { host: "127.0.0.1", port, reconnectStrategy: 50 } }),
        false,
      ),
    openCluster: (port) =>
      opened(packageOf<NodeRedis>(name).createCluster({ rootNodes: [{ socket: { host: "127.0.0.1", port } }] }), true),
  };
}

/** ioredis with options that change how commands are sent. */
export function openIoredis(port: number, options: object): IoredisLike & Command {
  return new (packageOf<Ioredis>("ioredis").Redis)(port, "127.0.0.1", options);
}

/** A version of ioredis. */
function ioredis(name: string): RedisKind {
  return {
    name,
    async open(port) {
      const options = { retryStrategy: () => 50, maxRetriesPerRequest: 1 };
      const client = new (packageOf<Ioredis>(name).Redis)(port, "127.0.0.1", options);
      return {
        client,
        send: (...words) => client.call(String(words[0]), ...words.slice(1)),
        close: () => client.disconnect(),
      };
    },
    async openCluster(port) {
      const client = new (packageOf<Ioredis>(name).Cluster)([{ host: "127.0.0.1", port }], {});
      return {
        client,
        send: (...words) => client.call(String(words[0]), ...words.slice(1)),
        close: () => client.disconnect(),
      };
    },
  };
}

/** The clients. */
export const REDIS_KINDS: readonly RedisKind[] = [
  ioredis("ioredis"),
  ioredis("ioredis-5"),
  nodeRedis("redis"),
  nodeRedis("redis-4"),
];
