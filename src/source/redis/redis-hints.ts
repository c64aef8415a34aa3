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
 * Opens a channel for `hints()` with SUBSCRIBE, on a duplicate of the client. The message is the new revision. An empty
 * message names none.
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
      // `error` must be heard, because without a listener it would end the process.
      for (const event of ["error", "close", "end", "reconnecting"]) subscriber.on(event, lost);
      signal.addEventListener("abort", () => lost(signal.reason), { once: true });
    });
    // A connection that is lost while it opens may leave its command without an answer.
    const lostFirst = closed.then((reason) => {
      throw reason instanceof Error ? reason : new Error("the connection was lost before it had subscribed");
    });
    lostFirst.catch(ignore);
    const opening = subscriber.open().then(() => {
      if (!isEnded) return subscriber.subscribe(passOn(hint, signal));
      // It was given up while it connected, and only now there is something to close.
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
  // The channel is opened anew by hints(), which counts the connect as a hint. So the connection itself must not.
  const options = { lazyConnect: true, retryStrategy: null, enableReadyCheck: false, autoResubscribe: false };
  // SAFETY: a cluster takes its nodes first; an empty list leaves them as they are.
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
  // SAFETY: only read if it is there, and handed back to the client as it was.
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
    // A cluster has no ping of its own; its subscription is on a node that it chose.
    ping: () => own.ping?.() ?? own.subscribe(channel, hear),
    end() {
      try {
        // Version 4 has no destroy().
        if (own.destroy) own.destroy();
        else own.disconnect?.().catch(ignore);
      } catch {
        // It was closed already.
      }
    },
  };
}

function ignore(): void {}
