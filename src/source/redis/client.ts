import { invalidOption, propertyOf } from "../../option/invalid-option.ts";

/** The events of every client. */
interface EmitterLike {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
}

/** A `Redis` of the package `ioredis`. */
export interface IoredisLike extends EmitterLike {
  readonly status: string;
  readonly isCluster?: boolean;
  callBuffer(command: string, ...args: (string | number)[]): Promise<unknown>;
  // The types of ioredis do not declare these two.
  evalBuffer?(script: string, keys: number, ...args: string[]): Promise<unknown>;
  evalshaBuffer?(sha1: string, keys: number, ...args: string[]): Promise<unknown>;
  duplicate(options?: object): IoredisSubscriberLike;
}

/** A `Cluster` of the package `ioredis`. */
export interface IoredisClusterLike extends EmitterLike {
  readonly status: string;
  readonly isCluster: boolean;
  callBuffer(command: string, ...args: (string | number)[]): Promise<unknown>;
  // The types of ioredis do not declare these two.
  evalBuffer?(script: string, keys: number, ...args: string[]): Promise<unknown>;
  evalshaBuffer?(sha1: string, keys: number, ...args: string[]): Promise<unknown>;
  duplicate(nodes?: never[], options?: object): IoredisSubscriberLike;
}

/** A connection of `ioredis` that subscribes. */
export interface IoredisSubscriberLike extends EmitterLike {
  connect(): Promise<void>;
  subscribe(channel: string): Promise<unknown>;
  ping(): Promise<unknown>;
  disconnect(): void;
}

/** The keys and arguments of a script, for the package `redis`. */
export interface NodeRedisScriptLike {
  keys: string[];
  arguments: string[];
}

/** A client of the package `redis` that returns bytes, from version 5 on. */
export interface NodeRedisBytesLike {
  evalSha(sha1: string, options: NodeRedisScriptLike): Promise<unknown>;
  eval(script: string, options: NodeRedisScriptLike): Promise<unknown>;
}

/** A client or a cluster of the package `redis`: the result of `createClient()` or `createCluster()`. */
export interface NodeRedisLike extends EmitterLike {
  /** Returns a client with another conversion of replies. Version 4 does not have it. */
  withTypeMapping?(mapping: Record<number, unknown>): NodeRedisBytesLike;
  sendCommand(...args: never[]): Promise<unknown>;
  duplicate(options?: object): NodeRedisSubscriberLike;
}

/** A connection of the package `redis` that subscribes. */
export interface NodeRedisSubscriberLike extends EmitterLike {
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
}

/** A client for Redis: `ioredis`, or `redis` 4 to 6, for one server or a cluster. */
export type RedisClientLike = IoredisLike | IoredisClusterLike | NodeRedisLike;

/** A client and its kind. The kind is found by the methods of the client. */
export type KnownRedis =
  | { readonly kind: "ioredis"; readonly isCluster: boolean; readonly client: IoredisLike | IoredisClusterLike }
  | { readonly kind: "redis"; readonly isCluster: boolean; readonly client: NodeRedisLike };

/**
 * Finds out which client it is.
 *
 * @param where the function that received the client, such as `fromRedis()`, for the error
 * @throws TypeError with code HS_INVALID_OPTION for any other value
 */
export function knownRedis(where: string, client: RedisClientLike): KnownRedis {
  const isMethod = (method: string): boolean => typeof propertyOf(client, method) === "function";
  if (isMethod("callBuffer") && isMethod("duplicate"))
    // SAFETY: only ioredis has `callBuffer`.
    return { kind: "ioredis", isCluster: propertyOf(client, "isCluster") === true, client: client as IoredisLike };
  if (isMethod("sendCommand") && isMethod("duplicate"))
    // SAFETY: ioredis has returned above, so this is the package redis. Only its cluster has the list `masters`.
    return { kind: "redis", isCluster: Array.isArray(propertyOf(client, "masters")), client: client as NodeRedisLike };
  return invalidOption(
    `the client of ${where}`,
    client,
    "a Redis or Cluster of the package ioredis, or the result of createClient() or createCluster() of the package redis",
  );
}
