import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { toListener } from "../../adapters/node.ts";
import { createHealth, details, loaded, type Details } from "../../src/index.ts";
import { registryOf } from "../../src/health/registry-of.ts";
import { statusPage } from "../../src/page/index.ts";
import { Timeline } from "../../src/page/timeline.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { rejecting, watchEscapes } from "../seeing/hostile.ts";
import { createScene } from "../seeing/kit.ts";

let escapes: ReturnType<typeof watchEscapes>;
beforeEach(() => void (escapes = watchEscapes()));
afterEach(async () => {
  await escapes.end();
  expect(escapes.escaped).toEqual([]);
});

const get = (query = "", init?: RequestInit): Request => new Request(`http://localhost/status/page${query}`, init);

describe("a rule of access that is broken", () => {
  const fail = (): never => {
    throw new Error("no session");
  };
  // SAFETY: what the types forbid is the point.
  const rules: Readonly<Record<string, Details>> = {
    throws: details(fail),
    rejects: details(rejecting as never),
    "resolves to true": details((() => Promise.resolve(true)) as never),
    "gives what is like true": details((() => 1) as never),
    "is an object of the user's that throws": Object.assign(() => undefined, { allows: fail }),
    "is an object of the user's that rejects": Object.assign(() => undefined, { allows: rejecting as never }),
  };
  test.each(Object.entries(rules))("that %s lets nobody in", async (_name, rule) => {
    const page = statusPage(createScene().health, { details: rule });
    for (const query of ["", "?part=1", "?live=1"])
      for (const method of ["GET", "HEAD", "POST", "OPTIONS", "DELETE"])
        expect((await page(get(query, { method }))).status).toBe(404);
  });

  test("that breaks while a stream is open ends the stream", async () => {
    const scene = createScene();
    let isBroken = false;
    const rule = Object.assign(() => undefined, { allows: () => (isBroken ? fail() : true) });
    const reader = (await statusPage(scene.health, { details: rule })(get("?live=1"))).body?.getReader();
    await reader?.read();
    isBroken = true;
    await scene.clock.advance("2s");
    expect((await reader?.read())?.done).toBe(true);
    expect(scene.clock.timers).toBe(0);
  });
});

describe("a request that is none", () => {
  test.each([
    ["a path alone, as node:http has it", { url: "/status/page", method: "GET", headers: {} }],
    ["no address", { url: "", method: "GET" }],
    ["an address that throws", Object.defineProperty({}, "url", { get: () => JSON.parse("{") as never })],
  ])("is refused with what to do: %s", async (_name, request) => {
    // SAFETY: what the types forbid is the point.
    await expect(statusPage(createScene().health)(request as Request)).rejects.toThrow(
      expect.objectContaining({
        code: "HS_INVALID_OPTION",
        message: expect.stringContaining("toListener() of health-state/node") as string,
      }),
    );
  });

  test("an unknown query, a fragment and a body change nothing", async () => {
    const page = statusPage(createScene().health);
    const text = await (await page(get())).text();
    for (const query of ["?x=1", "?part", `?${"x".repeat(10_000)}`, "#live", "?%00%ff"])
      expect((await page(get(query))).status).toBe(200);
    expect(await (await page(get("?<script>alert(1)</script>"))).text()).toBe(text);
    expect((await page(get("?live=1", { method: "POST", body: "x" }))).status).toBe(405);
  });
});

describe("a stream", () => {
  /** From now on the page cannot be drawn. */
  function breakPicture({ health }: ReturnType<typeof createScene>): void {
    vi.spyOn(health, "snapshot").mockImplementation(() => {
      throw new RangeError("Invalid time value");
    });
  }

  test("that cannot be drawn is ended, and the timer that draws it ends nobody", async () => {
    const scene = createScene();
    const page = statusPage(scene.health);
    const readers = await Promise.all([1, 2].map(async () => (await page(get("?live=1"))).body?.getReader()));
    for (const reader of readers) await reader?.read();
    breakPicture(scene);
    await scene.clock.advance("2s");
    for (const reader of readers) expect((await reader?.read())?.done).toBe(true);
    expect(scene.clock.timers).toBe(0);
  });

  test("that could not be opened takes no place", async () => {
    const scene = createScene();
    const page = statusPage(scene.health);
    breakPicture(scene);
    for (let n = 0; n < 40; n++) await expect(page(get("?live=1"))).rejects.toThrow("Invalid time value");
    expect(scene.clock.timers).toBe(0);
  });

  test("that nobody reads for a minute gives its place to another, and costs no picture meanwhile", async () => {
    const scene = createScene();
    const draw = vi.spyOn(scene.health, "snapshot");
    const page = statusPage(scene.health);
    for (let n = 0; n < 32; n++) await page(get("?live=1"));
    expect((await page(get("?live=1"))).status).toBe(503);
    draw.mockClear();
    await scene.clock.advance("58s");
    expect((await page(get("?live=1"))).status).toBe(503);
    await scene.clock.advance("2s");
    expect(draw).not.toHaveBeenCalled();
    expect(scene.clock.timers).toBe(0);
    expect((await page(get("?live=1"))).status).toBe(200);
  });

  test("shares its picture and its timer with all others", async () => {
    const scene = createScene();
    const draw = vi.spyOn(scene.health, "snapshot");
    const page = statusPage(scene.health);
    const readers = await Promise.all(
      Array.from({ length: 32 }, async () => (await page(get("?live=1"))).body?.getReader()),
    );
    const texts = async (): Promise<ReadonlySet<string>> =>
      new Set(
        await Promise.all(readers.map(async (reader) => new TextDecoder().decode((await reader?.read())?.value))),
      );
    expect((await texts()).size).toBe(1);
    draw.mockClear();
    await scene.clock.advance("2s");
    expect([draw.mock.calls.length, scene.clock.timers, (await texts()).size]).toEqual([1, 1, 1]);
    scene.health.drain();
    expect([draw.mock.calls.length, (await texts()).size]).toEqual([2, 1]);
  });
});

describe("the policy", () => {
  test("is made anew where the request that made it first has ended, as on Workers", async () => {
    vi.resetModules();
    const { policyOf } = await import("../../src/page/policy.ts");
    const digest = vi.spyOn(crypto.subtle, "digest").mockReturnValueOnce(new Promise(() => {}));
    void policyOf();
    expect(await policyOf()).toContain("script-src 'sha256-");
    digest.mockClear();
    await policyOf();
    expect(digest).not.toHaveBeenCalled();
    digest.mockRestore();
  });
});

describe("the timeline", () => {
  test("keeps an hour of failures in little memory, however long the errors are", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    const timeline = new Timeline(registryOf(health));
    health.subscribe((event) => timeline.add(event));
    let calls = 0;
    const index = health.resource("index", {
      load: () => {
        if (calls++ % 2) throw new Error(`${calls} ${"x".repeat(1_000_000)}`);
        return loaded({}, { revision: `${calls} ${"y".repeat(1_000_000)}` });
      },
    });
    for (let n = 0; n < 10; n++) await index.reload().catch(() => {});
    await clock.settle();
    const lengths = timeline.entries().map(({ what }) => what.length);
    expect(lengths.length).toBeGreaterThan(10);
    expect(Math.max(...lengths)).toBeLessThan(400);
    await health.close();
  });

  test("forgets the names of closed resources, though nobody looks at the page", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock, details: details("always") });
    const sizes: number[] = [];
    const add = Timeline.prototype.add;
    Timeline.prototype.add = function (event) {
      add.call(this, event);
      sizes.push(this.names);
    };
    statusPage(health);
    health.start();
    for (let n = 0; n < 1_000; n++) {
      const tenant = health.resource(`tenant-${n}`, { load: () => loaded({}, { revision: `r${n}` }) });
      await clock.settle();
      tenant.close();
      await clock.advance("1m");
    }
    Timeline.prototype.add = add;
    expect(sizes.length).toBeGreaterThan(999);
    expect(Math.max(...sizes)).toBeLessThan(400);
    await health.close();
  });
});

describe("on node:http", () => {
  const stops: (() => void)[] = [];
  afterEach(() => {
    for (const stop of stops.splice(0)) stop();
  });

  async function serve(server: Server): Promise<number> {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    stops.push(() => server.closeAllConnections());
    stops.push(() => server.close());
    // SAFETY: a server on TCP has such an address.
    return (server.address() as AddressInfo).port;
  }

  /** Sends bytes, and waits for the first that come back. */
  async function send(port: number, bytes: string): Promise<{ readonly socket: Socket; readonly head: string }> {
    const socket = connect(port, "127.0.0.1");
    stops.push(() => socket.destroy());
    socket.on("error", () => {});
    socket.write(bytes);
    const [chunk] = (await Promise.race([once(socket, "data"), once(socket, "close").then(() => [""])])) as [unknown];
    return { socket, head: String(chunk).split("\r\n", 1)[0] ?? "" };
  }

  test("clients that vanish in the middle of a stream free their places", async () => {
    const scene = createScene();
    const page = statusPage(scene.health);
    let left = 0;
    const listen = toListener(page);
    const server = createServer((request, response) => {
      response.once("close", () => left++);
      listen(request, response);
    });
    const port = await serve(server);
    const ask = "GET /status/page?live=1 HTTP/1.1\r\nhost: x\r\n\r\n";
    const all = await Promise.all(Array.from({ length: 32 }, () => send(port, ask)));
    expect(new Set(all.map(({ head }) => head))).toEqual(new Set(["HTTP/1.1 200 OK"]));
    expect((await send(port, ask)).head).toBe("HTTP/1.1 503 Service Unavailable");
    for (const { socket } of all) socket.resetAndDestroy();
    while (left < 33) await new Promise((resolve) => setImmediate(resolve));
    expect(scene.clock.timers).toBe(0);
    expect((await send(port, ask)).head).toBe("HTTP/1.1 200 OK");
  });

  test.each([
    ["no host, as in HTTP/1.0", "GET /status/page HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK"],
    ["two slashes", "GET //evil.example/status/page HTTP/1.1\r\nhost: x\r\n\r\n", "HTTP/1.1 200 OK"],
    ["the absolute form", "GET http://evil.example/p HTTP/1.1\r\nhost: x\r\n\r\n", "HTTP/1.1 200 OK"],
    ["HEAD", "HEAD /status/page HTTP/1.1\r\nhost: x\r\n\r\n", "HTTP/1.1 200 OK"],
    ["HEAD of a stream", "HEAD /status/page?live=1 HTTP/1.1\r\nhost: x\r\n\r\n", "HTTP/1.1 404 Not Found"],
    ["POST", "POST /status/page HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\nx", "HTTP/1.1 405 Method Not Allowed"],
    ["OPTIONS *", "OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n", "HTTP/1.1 405 Method Not Allowed"],
    ["a method that a Request refuses", "TRACE /status/page HTTP/1.1\r\nhost: x\r\n\r\n", ""],
    ["a host that is none", "GET /status/page HTTP/1.1\r\nhost: a b\r\n\r\n", ""],
  ])("%s is answered, or its connection is closed, and the next is answered", async (_name, bytes, head) => {
    const port = await serve(createServer(toListener(statusPage(createScene().health))));
    expect((await send(port, bytes)).head).toBe(head);
    expect((await send(port, "GET / HTTP/1.1\r\nhost: x\r\n\r\n")).head).toBe("HTTP/1.1 200 OK");
  });
});
