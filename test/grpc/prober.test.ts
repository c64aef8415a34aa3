import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { heartbeat } from "../../src/index.ts";
import { freePort } from "../recipe/kit.ts";
import { createScene, missing } from "../seeing/kit.ts";
import type { GrpcMetadata } from "../seeing/shape.ts";
import { bind, grpc, serve } from "./kit.ts";
import * as prober from "./prober.ts";

/** Their own timeouts are a second. A test that waits for an answer waits as long as it takes. */
const LONG_MS = 60_000;
const playHealthProbe = (flags: prober.ProbeFlags): Promise<prober.Ended> =>
  prober.playHealthProbe({ connectTimeoutMs: LONG_MS, rpcTimeoutMs: LONG_MS, ...flags });
const playKubelet = (addr: string, service: string, timeoutMs = LONG_MS): Promise<prober.KubeletResult> =>
  prober.playKubelet(addr, service, timeoutMs);

describe.skipIf(missing !== undefined)("grpc_health_probe and the kubelet, played", () => {
  const stops: (() => unknown)[] = [];
  afterEach(() => {
    for (const stop of stops.splice(0).reverse()) stop();
  });

  const served = async (...given: Parameters<typeof serve>): ReturnType<typeof serve> => {
    const one = await serve(...given);
    stops.push(() => one.server.forceShutdown());
    return one;
  };

  /** What both say, in short: the exit code, and whether the kubelet is content. */
  const both = async (addr: string, service = ""): Promise<string> => {
    const [program, kubelet] = await Promise.all([playHealthProbe({ addr, service }), playKubelet(addr, service)]);
    return `${program.exitCode} ${kubelet.result}`;
  };

  test("follow a service through its life: start, READY, STALE, past refuseAfter, wedged, drain, close", async () => {
    const scene = createScene();
    const { address } = await served(scene.health);
    const all = async (): Promise<readonly string[]> =>
      Promise.all(["", "liveness", "startup"].map((service) => both(address, service)));
    const [good, bad] = ["0 success", "4 failure"];
    // Nobody has called start(): the first Check does.
    expect(await all()).toEqual([bad, good, bad]);
    await scene.clock.settle();
    await scene.accept("1");
    expect(await all()).toEqual([good, good, good]);
    await scene.clock.advance("70s");
    expect(scene.index.snapshot().state).toBe("STALE");
    expect(await all()).toEqual([good, good, good]);
    await scene.clock.advance("10m");
    expect(await all()).toEqual([bad, good, good]);
    const beat = heartbeat(scene.health, "loop", { within: "5s" });
    beat();
    await scene.clock.advance("6s");
    expect(await all()).toEqual([bad, bad, good]);
    beat();
    scene.health.drain();
    expect(await all()).toEqual([bad, good, good]);
    await scene.health.close();
    expect(await all()).toEqual([bad, good, bad]);
  });

  test("say what the status was", async () => {
    const scene = createScene();
    const { address } = await served(scene.health);
    const notServing = 'service unhealthy (responded with "NOT_SERVING")';
    expect(await playHealthProbe({ addr: address })).toEqual({ exitCode: 4, said: notServing });
    expect(await playKubelet(address, "")).toEqual({ result: "failure", output: notServing });
    expect(await playHealthProbe({ addr: address, service: "liveness" })).toEqual({
      exitCode: 0,
      said: "status: SERVING",
    });
    expect(await playKubelet(address, "liveness")).toEqual({ result: "success", output: "service healthy" });
  });

  test.each(["nothing", "index", "Liveness", " ", "readiness", "grpc.health.v1.Health", "ä".repeat(5_000)])(
    "a service that is not known is an error of the call: %s",
    async (service) => {
      const { address } = await served(createScene().health);
      const said = "the service is not known";
      expect(await playHealthProbe({ addr: address, service })).toEqual({
        exitCode: 3,
        said: `error: health rpc failed: ${said}`,
      });
      expect(await playKubelet(address, service)).toEqual({
        result: "failure",
        output: `error: health rpc probe failed: ${said}`,
      });
    },
  );

  test("a resource is a service by its name where that was asked for", async () => {
    const scene = createScene();
    const { address } = await served(scene.health, { resources: true });
    scene.health.start();
    await scene.clock.settle();
    expect(await both(address, "index")).toBe("4 failure");
    await scene.accept("1");
    expect(await both(address, "index")).toBe("0 success");
  });

  test("their user agents and empty metadata, compression and a user agent of one's own are all answered", async () => {
    const scene = createScene();
    const agents: string[] = [];
    const { service, implementation } = await served(scene.health);
    const server = new grpc.Server();
    server.addService(service, {
      ...implementation,
      Check(call: Parameters<typeof implementation.Check>[0], callback: Parameters<typeof implementation.Check>[1]) {
        // SAFETY: a call of the package has its metadata.
        const { metadata } = call as unknown as { readonly metadata: GrpcMetadata };
        agents.push(String(metadata.get("user-agent")[0]).split(" ", 1)[0] ?? "");
        implementation.Check(call, callback);
      },
    });
    const addr = await bind(server);
    stops.push(() => server.forceShutdown());
    const service1 = { addr, service: "liveness" };
    expect((await playHealthProbe(service1)).exitCode).toBe(0);
    expect((await playHealthProbe({ ...service1, gzip: true })).exitCode).toBe(0);
    expect((await playHealthProbe({ ...service1, userAgent: "mine" })).exitCode).toBe(0);
    expect((await playKubelet(addr, "liveness")).result).toBe("success");
    expect(agents).toEqual(["grpc_health_probe", "grpc_health_probe", "mine", "kube-probe/1.34"]);
  });

  test("a server without the service, and one that does not answer in time, are errors of the call", async () => {
    const server = new grpc.Server();
    const empty = await bind(server);
    stops.push(() => server.forceShutdown());
    expect(await playHealthProbe({ addr: empty })).toEqual({
      exitCode: 3,
      said: "error: this server does not implement the grpc health protocol",
    });
    expect((await playKubelet(empty, "")).output).toBe(
      "error: this server does not implement the grpc health protocol",
    );
    const { service, implementation } = await served(createScene().health);
    const silent = new grpc.Server();
    silent.addService(service, { ...implementation, Check: () => {} });
    const addr = await bind(silent);
    stops.push(() => silent.forceShutdown());
    expect(await playHealthProbe({ addr, rpcTimeoutMs: 100 })).toEqual({
      exitCode: 3,
      said: "timeout: health rpc did not complete within 100ms",
    });
    expect((await playKubelet(addr, "", 500)).output).toMatch(/^timeout: .+ within 500ms$/);
  });

  test("a port where nobody listens, or where nobody speaks, is no connection", async () => {
    const closed = `127.0.0.1:${await freePort()}`;
    const mute = createServer(() => {}).listen(0, "127.0.0.1");
    await once(mute, "listening");
    stops.push(() => mute.close());
    // SAFETY: a server on TCP has such an address.
    const { port } = mute.address() as AddressInfo;
    for (const addr of [closed, `127.0.0.1:${port}`]) {
      const said = `timeout: failed to connect service "${addr}" within 100ms`;
      expect(await playHealthProbe({ addr, connectTimeoutMs: 100 })).toEqual({ exitCode: 2, said });
      expect(await playKubelet(addr, "", 100)).toEqual({ result: "failure", output: said });
    }
  });

  test("wrong flags ask nobody", async () => {
    expect((await playHealthProbe({})).exitCode).toBe(1);
    expect((await playHealthProbe({ addr: "127.0.0.1:1", connectTimeoutMs: 0 })).exitCode).toBe(1);
  });

  test("are answered during the shutdown of the guide: NOT_SERVING until the last Watch has ended", async () => {
    const scene = createScene();
    const { address, server, end } = await served(scene.health);
    scene.health.start();
    await scene.clock.settle();
    await scene.accept("1");
    expect(await both(address)).toBe("0 success");
    scene.health.drain();
    expect(await both(address)).toBe("4 failure");
    end();
    await new Promise((resolve) => server.tryShutdown(resolve));
    const { exitCode } = await playHealthProbe({ addr: address, connectTimeoutMs: 100 });
    expect(exitCode).toBe(2);
    await scene.health.close();
  });
});
