import { invalidOption } from "../../option/invalid-option.ts";
import { passOn, type Hint, type HintChannel, type HintContext, type OpenHintChannel } from "../hint-channel.ts";
import { untilAborted } from "../turn.ts";
import {
  knownRedis,
  type IoredisSubscriberLike,
  type KnownRedis,
  type NodeRedisLike,
  type NodeRedisSubscriberLike,
  type RedisClientLike,
} from "./client.ts";
import { hearErrors } from "./hear-errors.ts";

/** A connection that subscribes, from any of the packages. */
interface Subscriber {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  open(): Promise<unknown>;
  subscribe(hear: (message: string) => void): Promise<unknown>;
  ping(): Promise<unknown>;
  end(): void;
}

/**
 * Opens a channel for `hints()` with SUBSCRIBE, on a duplicate of the client. The message is the new revision. If the
 * revision is not known, publish an empty message.
 *
 * @param channel the name that PUBLISH uses
 * @throws TypeError with code HS_INVALID_OPTION for a wrong client or name
 * @example
 * hints(rates, redisHints(redis, "rates"));
 */
export function redisHints(client: RedisClientLike, channel: string): OpenHintChannel {
  const known = knownRedis("redisHints()", client);
  if (typeof channel !== "string" || channel === "") invalidOption("channel", channel, "the name of a channel");
  hearErrors(client);
  return async (hint: Hint, { signal }: HintContext): Promise<HintChannel> => {
    signal.throwIfAborted();
    const subscriber = subscriberOf(known, channel);
    let isEnded = false;
    const end = (): void => {
      if (isEnded) return;
      isEnded = true;
      signal.removeEventListener("abort", end);
      subscriber.end();
    };
    const closed = new Promise<unknown>((resolve) => {
      const lost = (reason: unknown): void => {
        resolve(reason);
        end();
      };
      // `error` needs a listener, because without one it would end the process.
      for (const event of ["error", "close", "end", "reconnecting"]) subscriber.on(event, lost);
      signal.addEventListener("abort", () => lost(signal.reason), { once: true });
    });
    // If the connection is lost while it opens, its command may never be answered.
    const lostFirst = closed.then((reason) => {
      throw reason instanceof Error ? reason : new Error("the connection was lost before it had subscribed");
    });
    lostFirst.catch(ignore);
    const opening = subscriber.open().then(() => {
      if (!isEnded) return subscriber.subscribe(passOn(hint, signal));
      // The channel was given up while the connection opened. Only now can the connection be closed.
      subscriber.end();
      return undefined;
    });
    opening.catch(ignore);
    try {
      await untilAborted(signal, Promise.race([opening, lostFirst]));
    } catch (error) {
      end();
      throw error;
    }
    return { closed, echo: () => subscriber.ping() };
  };
}

function subscriberOf(known: KnownRedis, channel: string): Subscriber {
  return known.kind === "ioredis" ? ofIoredis(known, channel) : ofNodeRedis(known.client, known.isCluster, channel);
}

function ofIoredis({ client, isCluster }: Extract<KnownRedis, { kind: "ioredis" }>, channel: string): Subscriber {
  // hints() opens a lost channel again, and counts each connection as a hint. So the client must not reconnect itself.
  const options = { lazyConnect: true, retryStrategy: null, enableReadyCheck: false, autoResubscribe: false };
  // SAFETY: for a cluster, the first argument is the list of nodes. With an empty list it keeps its nodes.
  const duplicate = client.duplicate as (...args: unknown[]) => IoredisSubscriberLike;
  const own = isCluster
    ? duplicate.call(client, [], { lazyConnect: true, clusterRetryStrategy: null })
    : duplicate.call(client, options);
  return {
    on: (event, listener) => own.on(event, listener),
    open: () => own.connect(),
    subscribe(hear) {
      own.on("message", (from, message) => {
        if (from === channel && typeof message === "string") hear(message);
      });
      return own.subscribe(channel);
    },
    ping: () => own.ping(),
    end: () => own.disconnect(),
  };
}

function ofNodeRedis(client: NodeRedisLike, isCluster: boolean, channel: string): Subscriber {
  // SAFETY: the options are only read, if there are any, and passed to the duplicate unchanged.
  const { options } = client as { readonly options?: { readonly socket?: object } };
  const own: NodeRedisSubscriberLike & {
    destroy?(): void;
    disconnect?(): Promise<void>;
    ping?(): Promise<unknown>;
  } = client.duplicate(isCluster ? {} : { socket: { ...options?.socket, reconnectStrategy: false } });
  let hears: (message: string) => void = ignore;
  const hear = (message: string): void => hears(message);
  return {
    on: (event, listener) => own.on(event, listener),
    open: () => own.connect(),
    subscribe(listener) {
      hears = listener;
      return own.subscribe(channel, hear);
    },
    // A cluster has no `ping`. Another SUBSCRIBE goes to the node of the subscription, so it is the test message.
    ping: () => own.ping?.() ?? own.subscribe(channel, hear),
    end() {
      try {
        // Version 4 has no destroy().
        if (own.destroy) own.destroy();
        else own.disconnect?.().catch(ignore);
      } catch {
        // The connection was closed already.
      }
    },
  };
}

function ignore(): void {}
