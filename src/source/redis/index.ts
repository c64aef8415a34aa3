export {
  fromRedis,
  type FromRedisBytes,
  type FromRedisJson,
  type FromRedisOptions,
  type FromRedisText,
  type RedisSourceOptions,
  type RedisValueNote,
} from "./from-redis.ts";
export { redisFleet } from "./redis-fleet.ts";
export { redisHints } from "./redis-hints.ts";
export type { Verify } from "./body.ts";
export type {
  IoredisClusterLike,
  IoredisLike,
  IoredisSubscriberLike,
  NodeRedisBytesLike,
  NodeRedisLike,
  NodeRedisScriptLike,
  NodeRedisSubscriberLike,
  RedisClientLike,
} from "./client.ts";
export type { Hint, HintChannel, HintContext, OpenHintChannel } from "../hint-channel.ts";
