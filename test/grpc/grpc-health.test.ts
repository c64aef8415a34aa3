import { afterEach, describe, expect, test } from "vitest";
import { createHealth, heartbeat, type Health } from "../../src/index.ts";
import { grpcHealth, SERVING_STATUS, type GrpcHealthOptions } from "../../src/grpc/index.ts";
import { readFields, writeFields } from "../../src/grpc/wire.ts";
import { createScene, load, missing } from "../seeing/kit.ts";
import type { Grpc, GrpcServer, GrpcStream } from "../seeing/shape.ts";

const { SERVING, NOT_SERVING, SERVICE_UNKNOWN } = SERVING_STATUS;

describe.skipIf(missing !== undefined)("grpcHealth(), asked by a client of @grpc/grpc-js", () => {
  // SAFETY: without it no test of this block runs.
  const grpc = missing === undefined ? load<Grpc>("@grpc/grpc-js") : ({} as Grpc);
  const stops: (() => unknown)[] = [];
  afterEach(() => {
    for (const stop of stops.splice(0).reverse()) stop();
  });

  interface Served {
    readonly server: GrpcServer;
    end(): void;
    send(method: string, request: Buffer): Promise<Buffer>;
    check(name: string): Promise<number>;
    list(): Promise<Buffer>;
    /** What a Watch is sent; `next()` waits for one more. */
    watch(name: string): { readonly call: GrpcStream; next(): Promise<number | undefined> };
  }

  /** The client knows the protocol by a description of its own, so that both sides cannot be wrong alike. */
  const text = (service: string): Buffer =>
    service === "" ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a, service.length]), Buffer.from(service)]);
  const statusOf = (bytes: Buffer): number => (bytes.length === 0 ? 0 : (bytes[1] ?? -1));

  async function serve(health: Health, options?: GrpcHealthOptions): Promise<Served> {
    const server = new grpc.Server();
    const { service, implementation, end } = grpcHealth(health, options);
    server.addService(service, implementation);
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    stops.push(() => server.forceShutdown());
    stops.push(() => client.close());
    const unary = (method: string, request: Buffer): Promise<Buffer> =>
      new Promise((resolve, reject) =>
        client.makeUnaryRequest(
          `/grpc.health.v1.Health/${method}`,
          (bytes: Buffer) => bytes,
          (bytes: Buffer) => bytes,
          request,
          (error, answer) => (error ? reject(error) : resolve(answer)),
        ),
      );
    return {
      server,
      end,
      check: async (name: string) => statusOf(await unary("Check", text(name))),
      send: unary,
      list: async () => unary("List", Buffer.alloc(0)),
      watch(name) {
        const call = client.makeServerStreamRequest(
          "/grpc.health.v1.Health/Watch",
          (bytes: Buffer) => bytes,
          (bytes: Buffer) => statusOf(bytes),
          text(name),
        );
        call.on("error", () => {});
        stops.push(() => call.cancel());
        const iterator = call[Symbol.asyncIterator]();
        return { call, next: async () => (await iterator.next()).value };
      },
    };
  }

  test("Check answers what the three probes answer", async () => {
    const scene = createScene();
    const { check } = await serve(scene.health);
    const all = async (): Promise<readonly number[]> => [
      await check(""),
      await check("liveness"),
      await check("startup"),
    ];
    // The first Check begins the loads, as the first probe does.
    expect(await all()).toEqual([NOT_SERVING, SERVING, NOT_SERVING]);
    await scene.clock.settle();
    await scene.accept("1");
    expect(await all()).toEqual([SERVING, SERVING, SERVING]);
    heartbeat(scene.health, "loop", { within: "5s" })();
    await scene.clock.advance("11m");
    expect(await all()).toEqual([NOT_SERVING, NOT_SERVING, SERVING]);
    await scene.health.close();
    expect(await all()).toEqual([NOT_SERVING, SERVING, NOT_SERVING]);
  });

  test("the first Check of a resource alone starts the loads, and one of an unknown service does not", async () => {
    const scene = createScene();
    const { check } = await serve(scene.health, { resources: true });
    await expect(check("nothing")).rejects.toMatchObject({ code: grpc.status.NOT_FOUND });
    await scene.clock.settle();
    expect(scene.index.snapshot().state).toBe("NOT_LOADED");
    expect(await check("index")).toBe(NOT_SERVING);
    await scene.clock.settle();
    await scene.accept("1");
    expect(await check("index")).toBe(SERVING);
  });

  test("a resource is a service only where that was asked for, and an unknown service is NOT_FOUND", async () => {
    const scene = createScene();
    scene.health.start();
    const hidden = await serve(scene.health);
    await expect(hidden.check("index")).rejects.toMatchObject({ code: grpc.status.NOT_FOUND });
    const shown = await serve(scene.health, { resources: true });
    expect(await shown.check("index")).toBe(NOT_SERVING);
    await scene.accept("1");
    expect(await shown.check("index")).toBe(SERVING);
    await scene.clock.advance("601s");
    expect(await shown.check("index")).toBe(NOT_SERVING);
    await expect(shown.check("nothing")).rejects.toMatchObject({ code: grpc.status.NOT_FOUND });
    for (const name of ["constructor", "__proto__", "toString"])
      await expect(shown.check(name)).rejects.toMatchObject({ code: grpc.status.NOT_FOUND });
  });

  test("List names what may be asked", async () => {
    const scene = createScene();
    scene.health.start();
    await scene.clock.settle();
    const read = async ({ list }: Served): Promise<unknown> => {
      const entries = readFields(await list()).map(({ value }) => readFields(value as Uint8Array));
      return entries.map((entry) => entry.map(({ value }) => Buffer.from(value as Uint8Array).toString()));
    };
    expect(await read(await serve(scene.health))).toEqual([
      ["", "\b\u0002"],
      ["liveness", "\b\u0001"],
      ["startup", "\b\u0002"],
    ]);
    expect(await read(await serve(scene.health, { resources: true }))).toContainEqual(["index", "\b\u0002"]);
  });

  test("Watch tells the status at once and then each change, and ends with the health", async () => {
    const scene = createScene();
    const { watch, server } = await serve(scene.health, { resources: true });
    const readiness = watch("");
    const late = watch("late");
    expect([await readiness.next(), await late.next()]).toEqual([NOT_SERVING, SERVICE_UNKNOWN]);
    await scene.clock.settle();
    await scene.accept("1");
    expect(await readiness.next()).toBe(SERVING);
    scene.health.resource("late", { load: () => 1, required: false, staleAfter: "1m" });
    await scene.clock.settle();
    expect([await late.next(), await late.next()]).toEqual([NOT_SERVING, SERVING]);
    scene.health.drain();
    await scene.clock.settle();
    expect(await readiness.next()).toBe(NOT_SERVING);
    await scene.health.close();
    expect([await readiness.next(), await late.next()]).toContain(undefined);
    await new Promise((resolve) => server.tryShutdown(resolve));
  });

  test("Watch tells that a resource passed refuseAfter, though no event does", async () => {
    const scene = createScene();
    const { watch } = await serve(scene.health, { resources: true });
    scene.health.resource("worse", { load: () => Promise.reject(new Error("gone")), refreshEvery: "30s" });
    scene.health.subscribe(() => {});
    const index = watch("index");
    expect(await index.next()).toBe(NOT_SERVING);
    scene.health.start();
    await scene.clock.settle();
    await scene.accept("1");
    expect(await index.next()).toBe(SERVING);
    await scene.clock.advance("601s");
    expect(await index.next()).toBe(NOT_SERVING);
  });

  test("a client that leaves leaves nothing behind, and end() lets the server shut down", async () => {
    const scene = createScene();
    const { watch, end, server } = await serve(scene.health);
    const first = watch("");
    await first.next();
    const timers = scene.clock.timers;
    first.call.cancel();
    const second = watch("");
    await second.next();
    end();
    expect(await second.next()).toBeUndefined();
    await new Promise((resolve) => server.tryShutdown(resolve));
    expect(scene.clock.timers).toBeLessThanOrEqual(timers);
  });

  test.each(["end()", "close()"])("drain() and then %s tells every Watch NOT_SERVING before its end", async (how) => {
    const scene = createScene();
    const { watch, end, server } = await serve(scene.health, { resources: true });
    scene.health.start();
    await scene.clock.settle();
    await scene.accept("1");
    const watches = ["", "liveness", "startup", "index"].map(watch);
    for (const { next } of watches) expect(await next()).toBe(SERVING);
    const unknown = watch("unknown");
    expect(await unknown.next()).toBe(SERVICE_UNKNOWN);
    scene.health.drain();
    if (how === "end()") end();
    else void scene.health.close();
    for (const { next } of watches) expect([await next(), await next()]).toEqual([NOT_SERVING, undefined]);
    expect(await unknown.next()).toBeUndefined();
    await new Promise((resolve) => server.tryShutdown(resolve));
  });

  test("bytes that are no message fail the call and not the server", async () => {
    const { check, send } = await serve(createHealth());
    await expect(send("Check", Buffer.from([0x0a, 5, 1]))).rejects.toMatchObject({ code: grpc.status.INTERNAL });
    await expect(check("x".repeat(120))).rejects.toMatchObject({ code: grpc.status.NOT_FOUND });
    expect(await check("liveness")).toBe(SERVING);
  });
});

describe("the wire of protobuf", () => {
  test("skips fields of later versions, and refuses what ends too soon", () => {
    const later = Buffer.from([0x10, 0x96, 0x01, 0x19, 1, 2, 3, 4, 5, 6, 7, 8, 0x25, 1, 2, 3, 4, 0x0a, 0x01, 0x78]);
    expect(readFields(later)).toEqual([
      { number: 2, value: 150 },
      { number: 1, value: Buffer.from("x") },
    ]);
    for (const broken of [[0x0a], [0x0a, 5, 1], [0x80], [0x0b], [0x19, 1]])
      expect(() => readFields(Buffer.from(broken))).toThrow(RangeError);
  });

  test("writes long texts, and leaves zero out", () => {
    const value = Buffer.alloc(300, "x");
    const bytes = writeFields([
      { number: 1, value: 0 },
      { number: 1, value },
    ]);
    expect([...bytes.subarray(0, 3)]).toEqual([0x0a, 0xac, 0x02]);
    expect(readFields(bytes)).toEqual([{ number: 1, value }]);
  });
});
