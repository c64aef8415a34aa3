import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createHealth, type Health } from "../../src/index.ts";
import { grpcHealth, SERVING_STATUS, type WatchCallLike } from "../../src/grpc/index.ts";
import { HEALTH_SERVICE } from "../../src/grpc/service.ts";
import { readField } from "../../src/grpc/wire.ts";
import { registryOf } from "../../src/health/registry-of.ts";
import { watchEscapes } from "../seeing/hostile.ts";
import { createScene, missing } from "../seeing/kit.ts";
import type { GrpcClient, GrpcStream } from "../seeing/shape.ts";
import { asIs, grpc, requestOf, serve, statusOf } from "./kit.ts";

const { SERVING, NOT_SERVING, SERVICE_UNKNOWN } = SERVING_STATUS;

let escapes: ReturnType<typeof watchEscapes>;
beforeEach(() => void (escapes = watchEscapes()));
afterEach(async () => {
  await escapes.end();
  expect(escapes.escaped).toEqual([]);
});

/** What is left of the watches in a health: its listeners. */
const listenersOf = (health: Health): number => registryOf(health).subscribers.size;

/** A Watch of a client that the test plays. */
function createCall(
  service: string,
  fails: readonly ("write" | "end")[] = [],
): WatchCallLike & {
  readonly sent: number[];
  readonly ended: () => boolean;
  leave(): void;
} {
  const sent: number[] = [];
  const leaves: (() => void)[] = [];
  let isEnded = false;
  const may = (method: "write" | "end"): void => {
    if (fails.includes(method)) throw new Error(`${method} after the end`);
  };
  return {
    request: { service },
    sent,
    ended: () => isEnded,
    leave: () => leaves.forEach((listener) => listener()),
    write({ status }) {
      sent.push(status);
      may("write");
    },
    end() {
      isEnded = true;
      may("end");
    },
    on: (_event, listener) => leaves.push(listener),
  };
}

describe("Watch", () => {
  test("a stream that throws keeps no other from its message, and none open", async () => {
    const scene = createScene();
    const { implementation, end } = grpcHealth(scene.health);
    const calls = [createCall("", ["write", "end"]), createCall("liveness", ["end"]), createCall("")];
    for (const call of calls) implementation.Watch(call);
    await scene.clock.settle();
    await scene.accept("1");
    expect(calls.map(({ sent }) => sent)).toEqual([[NOT_SERVING, SERVING], [SERVING], [NOT_SERVING, SERVING]]);
    end();
    expect(calls.map(({ sent }) => sent.at(-1))).toEqual([NOT_SERVING, NOT_SERVING, NOT_SERVING]);
    expect(calls.map(({ ended }) => ended())).toEqual([true, true, true]);
    expect(listenersOf(scene.health)).toBe(0);
  });

  test("1,000 streams of one resource share its status and its timer, and leave nothing behind", async () => {
    const scene = createScene();
    const { implementation } = grpcHealth(scene.health, { resources: true });
    scene.health.start();
    await scene.clock.settle();
    const { timers } = scene.clock;
    const calls = Array.from({ length: 1_000 }, () => createCall("index"));
    for (const call of calls) implementation.Watch(call);
    const look = vi.spyOn(scene.index, "snapshot");
    await scene.accept("1");
    expect(calls.every(({ sent }) => sent.join() === `${NOT_SERVING},${SERVING}`)).toBe(true);
    expect(look.mock.calls.length).toBeLessThan(20);
    expect(scene.clock.timers - timers).toBeLessThanOrEqual(1);
    await scene.clock.advance("601s");
    expect(calls.every(({ sent }) => sent.at(-1) === NOT_SERVING)).toBe(true);
    for (const call of calls) call.leave();
    for (const call of calls) call.leave();
    await scene.health.close();
    expect([listenersOf(scene.health), scene.clock.timers]).toEqual([0, 0]);
  });

  test("1,000 streams of 1,000 services hear only of their own, and no walk over all resources follows each event", async () => {
    const scene = createScene();
    const { implementation } = grpcHealth(scene.health, { resources: true });
    const all = Array.from({ length: 1_000 }, (_, n) =>
      scene.health.resource(`tenant-${n}`, { load: () => n, required: false }),
    );
    scene.health.start();
    await scene.clock.settle();
    const calls = all.map(({ name }) => createCall(name));
    for (const call of calls) implementation.Watch(call);
    await scene.clock.settle();
    const walk = vi.spyOn(registryOf(scene.health), "resources", "get");
    const looks = all.map((one) => vi.spyOn(one, "snapshot"));
    all[7]?.unload();
    await scene.clock.settle();
    expect(calls.map(({ sent }) => sent.length)).toEqual(all.map((_, n) => (n === 7 ? 3 : 1)));
    expect(walk).not.toHaveBeenCalled();
    expect(looks.filter((look) => look.mock.calls.length > 0)).toHaveLength(1);
    await scene.health.close();
    expect(calls.every(({ ended }) => ended())).toBe(true);
  });

  test("of a health that is closed says so once, and ends", async () => {
    const health = createHealth();
    await health.close();
    const { implementation } = grpcHealth(health);
    const call = createCall("");
    implementation.Watch(call);
    expect([call.sent, call.ended(), listenersOf(health)]).toEqual([[NOT_SERVING], true, 0]);
  });
});

describe("List and Check", () => {
  test("ask 10,000 resources in one walk, and a probe's name stays the probe's", async () => {
    const health = createHealth();
    for (let n = 0; n < 10_000; n++) health.resource(`tenant-${n}`, { load: () => n });
    health.resource("liveness", { load: () => Promise.reject(new Error("gone")), required: false });
    const { implementation } = grpcHealth(health, { resources: true });
    const walk = vi.spyOn(registryOf(health), "resources", "get");
    const statuses = await new Promise<Readonly<Record<string, { readonly status: number }>>>((resolve) =>
      implementation.List({ request: {} }, (_error, answer) => resolve(answer?.statuses ?? {})),
    );
    expect(Object.keys(statuses)).toHaveLength(10_003);
    expect(Object.keys(statuses).slice(0, 3)).toEqual(["", "liveness", "startup"]);
    expect(statuses["liveness"]).toEqual({ status: SERVING });
    expect(walk).toHaveBeenCalledTimes(1);
    for (const { name } of [...health.snapshot().resources].slice(0, 100))
      implementation.Check({ request: { service: name } }, () => {});
    expect(walk.mock.calls.length).toBeLessThan(5);
    await health.close();
  });
});

describe("the wire", () => {
  test("a message of many small fields makes no object for each", () => {
    const cut = vi.spyOn(Uint8Array.prototype, "subarray");
    const bytes = Uint8Array.from({ length: 200_000 }, (_, at) => (at % 2 === 0 ? 0x0a : 0));
    expect(readField(bytes, 1)).toEqual(new Uint8Array(0));
    expect(cut.mock.calls.length).toBeLessThan(3);
    cut.mockRestore();
  });

  test("a name of 4 MB is cut, because a Watch keeps it", () => {
    const { service } = HEALTH_SERVICE.Check.requestDeserialize(requestOf("x".repeat(4_000_000)));
    expect(service).toBe("x".repeat(100));
  });

  test("the last of several names counts, and a number in its place is none", () => {
    const { requestDeserialize } = HEALTH_SERVICE.Check;
    const twice = Buffer.concat([requestOf("startup"), requestOf("liveness")]);
    expect(requestDeserialize(twice)).toEqual({ service: "liveness" });
    expect(requestDeserialize(Buffer.from([0x08, 1]))).toEqual({ service: "" });
    expect(requestDeserialize(Buffer.from([0x0a, 2, 0xc3, 0x28]))).toEqual({ service: "\ufffd(" });
  });
});

describe.skipIf(missing !== undefined)("on a server of @grpc/grpc-js", () => {
  const stops: (() => unknown)[] = [];
  afterEach(() => {
    for (const stop of stops.splice(0).reverse()) stop();
  });

  async function start(health: Health): Promise<{
    readonly client: GrpcClient;
    watch(service: string, deadline?: number): { readonly call: GrpcStream; next(): Promise<number | undefined> };
    send(method: string, bytes: Buffer): Promise<number>;
  }> {
    const { server, address } = await serve(health, { resources: true });
    const client = new grpc.Client(address, grpc.credentials.createInsecure());
    stops.push(() => server.forceShutdown());
    stops.push(() => client.close());
    return {
      client,
      watch(service, deadline) {
        const call = client.makeServerStreamRequest(
          "/grpc.health.v1.Health/Watch",
          asIs,
          statusOf,
          requestOf(service),
          deadline === undefined ? {} : { deadline },
        );
        call.on("error", () => {});
        const iterator = call[Symbol.asyncIterator]();
        return { call, next: async () => (await iterator.next()).value };
      },
      send: (method, bytes) =>
        new Promise((resolve, reject) =>
          client.makeUnaryRequest(`/grpc.health.v1.Health/${method}`, asIs, asIs, bytes, (error, answer) =>
            error ? reject(error) : resolve(statusOf(answer)),
          ),
        ),
    };
  }

  /** Turns of the event loop until the server has heard what its client did. */
  async function until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setImmediate(resolve));
  }

  test("1,000 streams are told each change, and are gone when their client cancels or is cut off", async () => {
    const scene = createScene();
    const { client, watch } = await start(scene.health);
    const streams = Array.from({ length: 1_000 }, (_, n) => watch(n % 2 === 0 ? "" : "index"));
    const next = (): Promise<readonly (number | undefined)[]> => Promise.all(streams.map((stream) => stream.next()));
    expect(new Set(await next())).toEqual(new Set([NOT_SERVING]));
    await scene.accept("1");
    expect(new Set(await next())).toEqual(new Set([SERVING]));
    for (const { call } of streams.slice(0, 500)) call.cancel();
    client.close();
    for (const { call } of streams.slice(500)) call.cancel();
    await until(() => listenersOf(scene.health) === 0);
    await scene.health.close();
    expect(scene.clock.timers).toBe(0);
  });

  test("a deadline that passes ends the Watch at the server too", async () => {
    const scene = createScene();
    const { watch } = await start(scene.health);
    const { next } = watch("nothing", Date.now() + 300);
    await next().catch(() => {});
    await next().catch(() => {});
    await until(() => listenersOf(scene.health) === 0);
    await scene.health.close();
    expect(scene.clock.timers).toBe(0);
  });

  test.each([
    ["a field that ends too soon", Buffer.from([0x0a, 5, 1])],
    ["a number without an end", Buffer.alloc(30, 0xff)],
    ["a group", Buffer.from([0x0b, 0x0c])],
    ["a length of 2^63", Buffer.from([0x0a, ...Array<number>(9).fill(0xff), 0x01])],
  ])("%s fails its call alone, in Check and in Watch", async (_name, bytes) => {
    const scene = createScene();
    const { client, send } = await start(scene.health);
    await expect(send("Check", bytes)).rejects.toMatchObject({ code: grpc.status.INTERNAL });
    const bad = client.makeServerStreamRequest("/grpc.health.v1.Health/Watch", asIs, statusOf, bytes);
    await new Promise<void>((resolve) => bad.on("error", resolve));
    expect(await send("Check", requestOf("liveness"))).toBe(SERVING);
    expect(listenersOf(scene.health)).toBe(0);
  });

  test("4 MB of small fields, and a name of 4 MB, are answered", async () => {
    const { send, watch } = await start(createScene().health);
    const many = Buffer.alloc(4_000_000);
    for (let at = 0; at < many.length; at += 2) many[at] = 0x10;
    expect(await send("Check", many)).toBe(NOT_SERVING);
    await expect(send("Check", requestOf("x".repeat(4_000_000)))).rejects.toMatchObject({
      code: grpc.status.NOT_FOUND,
    });
    expect(await watch("x".repeat(4_000_000)).next()).toBe(SERVICE_UNKNOWN);
  });
});
