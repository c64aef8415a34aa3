import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { redisHints } from "../../../src/source/redis/index.ts";
import { missingPackages } from "../kit/packages.ts";
import { pause, until } from "../kit/process.ts";
import { REDIS_KINDS, type TestRedis } from "../kit/redis-client.ts";
import { redisProgram, startRedis, type RedisServer } from "../kit/redis-server.ts";

const missing = missingPackages ?? (redisProgram ? undefined : "redis-server is not installed");
if (missing !== undefined) console.log(`skipped on a Redis server: ${missing}`);

let server: RedisServer;
beforeAll(async () => {
  if (missing === undefined) server = await startRedis();
});
afterAll(() => server?.remove());

describe.skipIf(missing !== undefined).each(REDIS_KINDS)("redisHints() with $name (DATA 2.4, 3)", (kind) => {
  let opened: TestRedis;
  beforeEach(async () => {
    opened = await kind.open(server.port);
    // The client itself is its owner's to listen to; its duplicate is not.
    opened.client.on("error", () => {});
    return () => opened.close();
  });

  const open = async (channel = "rates", controller = new AbortController()) => {
    const heard: (string | undefined)[] = [];
    const { closed, echo } = await redisHints(opened.client, channel)(
      (revision) => void heard.push(revision),
      controller,
    );
    return { heard, controller, closed, echo };
  };
  const subscribers = async (): Promise<number> => Number(Object(await opened.send("PUBSUB", "NUMSUB", "rates"))[1]);

  test("hears PUBLISH, with the message as the revision, on a connection of its own", async () => {
    const { heard, controller } = await open();
    await opened.send("PUBLISH", "rates", "r7");
    await opened.send("PUBLISH", "other", "r8");
    await opened.send("PUBLISH", "rates", "");
    await until("both are heard", () => heard.length === 2);
    expect(heard).toEqual(["r7", undefined]);
    // A connection that subscribes takes no other command in RESP2; the client's own still does.
    expect(await opened.send("ECHO", "hello")).toBe("hello");
    controller.abort();
  });

  test("an echo is answered, again and again", async () => {
    const { echo, controller } = await open();
    await echo();
    await Promise.all([echo(), echo()]);
    controller.abort();
  });

  test("an abort closes the channel and its connection", async () => {
    const { closed, controller, heard } = await open();
    expect(await subscribers()).toBe(1);
    controller.abort();
    await closed;
    await until("nobody subscribes", async () => (await subscribers()) === 0);
    expect(heard).toEqual([]);
  });

  test("an abort before it is open rejects, and leaves nobody subscribed", async () => {
    const reason = new Error("enough");
    const controller = new AbortController();
    const opening = redisHints(opened.client, "rates")(() => {}, controller);
    controller.abort(reason);
    await expect(opening).rejects.toBe(reason);
    await pause(50);
    expect(await subscribers()).toBe(0);
    await expect(redisHints(opened.client, "rates")(() => {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });

  test("a connection that is killed closes the channel, which can be opened again", async () => {
    const { closed } = await open();
    await opened.send("CLIENT", "KILL", "TYPE", "pubsub");
    await closed;
    const { heard, controller } = await open();
    await opened.send("PUBLISH", "rates", "again");
    await until("it is heard", () => heard.length === 1);
    controller.abort();
    await until("nobody subscribes", async () => (await subscribers()) === 0);
  });

  test("a frozen server answers no echo until it goes on", async () => {
    const { echo, controller } = await open();
    await echo();
    server.freeze();
    let answered = false;
    let answer: Promise<unknown>;
    try {
      answer = echo().then(() => {
        answered = true;
      });
      await pause(150);
      expect(answered).toBe(false);
    } finally {
      server.thaw();
    }
    await answer;
    controller.abort();
  });

  test("a server that is away rejects, and the process survives", async () => {
    await server.stop();
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(new Error("timeout")), 2_000);
    await expect(redisHints(opened.client, "rates")(() => {}, controller)).rejects.toThrow();
    clearTimeout(timer);
    await server.start();
  });
});
