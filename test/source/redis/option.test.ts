import { describe, expect, test } from "vitest";
import { fromRedis, redisHints, type RedisClientLike } from "../../../src/source/redis/index.ts";
import { toFailure } from "../../../src/source/redis/failure.ts";
import { hashTagOf } from "../../../src/source/redis/hash-tag.ts";

const ignore = (): void => {};
const client = { sendCommand: ignore, duplicate: ignore, on: ignore };
const options = { key: "rates", parse: (body: unknown): unknown => body };

/** What JavaScript may hand in. */
const given = (one: unknown, changed: object = {}): (() => unknown) => {
  // SAFETY: the test is of what the types refuse.
  return () => fromRedis(one as RedisClientLike, { ...options, ...changed });
};

describe("fromRedis() refuses at the call", () => {
  test.each([undefined, "redis://localhost", {}, () => {}])("%s as the client", (one) => {
    expect(given(one)).toThrow(/the client of fromRedis\(\) is .* Pass a Redis or Cluster of the package ioredis/);
    // SAFETY: as above.
    expect(() => redisHints(one as unknown as RedisClientLike, "rates")).toThrow(/the client of redisHints\(\)/);
  });

  test.each([
    ["no key", { key: undefined }, /key is undefined/],
    ["an empty key", { key: "" }, /key is ""\. Pass the name of a key/],
    ["the value's key as the version", { version: "rates" }, /version is "rates"\. Pass another key/],
    ["another form", { as: "stream" }, /as is "stream"\. Pass "json", "text" or "bytes"/],
    ["a parse that is none", { parse: 1 }, /parse is 1\. Pass a function/],
    ["a verify that is none", { verify: 1 }, /verify is 1\. Pass a function/],
    ["an asOf that is none", { asOf: 1 }, /asOf is 1\. Pass a function/],
    ["an unknown option", { versions: "v" }, /has no option "versions"\. Did you mean "version"\?/],
  ])("%s", (_what, changed, message) => {
    expect(given(client, changed)).toThrow(message);
  });

  test("keys of a cluster that share no hash tag", () => {
    const cluster = { ...client, masters: [] };
    expect(given(cluster, { version: "rates:version" })).toThrow(/shares a hash tag with "rates"/);
    expect(given(cluster, { key: "{rates}", version: "{rates}:version" })).not.toThrow();
    expect(given(client, { version: "rates:version" })).not.toThrow();
  });

  test("a channel without a name", () => {
    // SAFETY: nothing is called.
    expect(() => redisHints(client as unknown as RedisClientLike, "")).toThrow(/channel is ""/);
  });
});

// The rules of the Redis cluster specification, "Hash tags".
test.each([
  ["{user1000}.following", "user1000"],
  ["foo{}{bar}", "foo{}{bar}"],
  ["foo{{bar}}zap", "{bar"],
  ["foo{bar}{zap}", "bar"],
  ["plain", "plain"],
  ["open{bar", "open{bar"],
])("the hash tag of %s is %s", (key, tag) => {
  expect(hashTagOf(key)).toBe(tag);
});

test.each([
  ["WRONGTYPE Operation against a key holding the wrong kind of value", "refused"],
  ["OOM command not allowed when used memory > 'maxmemory'.", "refused"],
  ["NOAUTH Authentication required.", "refused"],
  ["CROSSSLOT Keys in request don't hash to the same slot", "refused"],
  ["Connection is closed.", "network"],
  ["connect ECONNREFUSED 127.0.0.1:6379", "network"],
])("a failure has a kind: %s", (message, kind) => {
  const cause = new Error(message);
  expect(toFailure(cause)).toMatchObject({ kind, message: `Redis: ${message}`, cause });
});
