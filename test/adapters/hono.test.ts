import { createServer } from "node:http";
import { serve, createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { describe, expect, test } from "vitest";
import { guard, probes } from "../../adapters/hono.ts";
import { probes as nodeProbes } from "../../adapters/node.ts";
import { createHealth, details } from "../../src/index.ts";
import { managedResourceOf } from "../../src/resource/managed-resource-of.ts";
import { force } from "../../src/testing/index.ts";
import { stage } from "../answer/cells.ts";
import { SCENES } from "../answer/contract.ts";
import { NOT_OURS, PATH_OF, PROBES, read, wholeOf } from "../answer/whole.ts";
import { listen, raw, request, undated } from "./raw.ts";

const ALIVE = wholeOf([200, "I-AM-ALIVE", "READY", undefined]);

describe("each cell of the wire table, whole", () => {
  const scenes = SCENES.map((scene) => [scene.name, scene] as const);

  test.each(scenes)("by app.request: %s", async (name, { enter, expected }) => {
    for (const probe of PROBES)
      for (const method of ["GET", "HEAD"] as const) {
        const app = new Hono().use(probes((await enter()).health));
        const golden = wholeOf(expected[probe], method);
        const headers = name.includes("draining") ? { ...golden.headers, connection: "close" } : golden.headers;
        expect(await read(await app.request(PATH_OF[probe], { method })), `${method} ${probe}`).toEqual({
          ...golden,
          headers,
        });
      }
  });

  test.each(scenes)("on @hono/node-server: %s", async (_name, { enter, expected }) => {
    for (const probe of PROBES)
      for (const method of ["GET", "HEAD"] as const) {
        const app = new Hono().use(probes((await enter()).health));
        // SAFETY: without createServer it makes a node:http server.
        await using served = await listen(createAdaptorServer({ fetch: app.fetch }) as ReturnType<typeof createServer>);
        const heard = undated(await raw(served.port, request(method, PATH_OF[probe])));
        const [head = "", body] = heard.split("\r\n\r\n");
        const [status = "", ...lines] = head.split("\r\n");
        const headers = Object.fromEntries(
          lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]),
        );
        const golden = wholeOf(expected[probe], method);
        expect({ status: Number(status.slice(9, 12)), body, headers }, `${method} ${probe}`).toEqual({
          ...golden,
          headers: { ...golden.headers, connection: "close" },
        });
      }
  });
});

describe("app.use(probes(health))", () => {
  const app = new Hono()
    .use(probes(createHealth()))
    .use(cors())
    .use(async (context, next) => {
      await next();
      context.header("set-cookie", "session=1");
    })
    .get("/m", (context) => context.text("work"));

  test("registered first, keeps cookies, CORS and its 204 for OPTIONS away from probes", async () => {
    expect(await read(await app.request("/status", { headers: { origin: "https://evil.test" } }))).toEqual(ALIVE);
    expect(
      await read(
        await app.request("/status", {
          method: "OPTIONS",
          headers: { origin: "https://evil.test", "access-control-request-method": "GET" },
        }),
      ),
    ).toEqual(NOT_OURS[405]);
  });

  test("passes on what is no probe, whatever the method", async () => {
    expect(await (await app.request("/m")).text()).toBe("work");
    expect((await app.request("/status/other")).status).toBe(404);
    expect((await app.request("/other", { method: "POST" })).status).toBe(404);
  });

  test.each(["POST", "PUT", "DELETE", "PATCH"])("answers %s with 405", async (method) => {
    expect(await read(await app.request("/status", { method }))).toEqual(NOT_OURS[405]);
  });

  test("in a sub-app the base names what is in front", async () => {
    const sub = new Hono().use(probes(createHealth({ base: "/ops" }))).get("/x", (context) => context.text("sub"));
    const whole = new Hono().route("/ops", sub).get("/status", (context) => context.text("the app's own"));
    expect(await read(await whole.request("/ops/status"))).toEqual(ALIVE);
    expect(await read(await whole.request("/ops/status/"))).toEqual(ALIVE);
    expect(await (await whole.request("/ops/x")).text()).toBe("sub");
    // The sub-app is asked only below its own path.
    expect(await (await whole.request("/status")).text()).toBe("the app's own");
  });

  test("in a sub-app without a base nothing is answered by its suffix", async () => {
    const whole = new Hono().route("/ops", new Hono().use(probes(createHealth())));
    expect((await whole.request("/ops/status")).status).toBe(404);
  });

  test("a mounted app sees its own paths", async () => {
    const whole = new Hono().mount("/ops", new Hono().use(probes(createHealth())).fetch);
    expect(await read(await whole.request("/ops/status"))).toEqual(ALIVE);
  });

  test("details are asked for with the very request", async () => {
    const seen: string[] = [];
    const health = createHealth({
      details: details(({ url, headers }) => {
        seen.push(url);
        return headers.get("x-ops") === "1";
      }),
    });
    const detailed = new Hono().use(probes(health));
    expect(await (await detailed.request("/status?verbose", { headers: { "x-ops": "1" } })).text()).toBe(
      "readiness check passed\n",
    );
    expect(await (await detailed.request("/status?verbose")).text()).toBe("I-AM-ALIVE");
    expect(seen).toEqual(["http://localhost/status?verbose", "http://localhost/status?verbose"]);
  });
});

describe("app.use(path, guard(resources))", () => {
  function guarded(...args: Parameters<typeof guard>): Hono {
    return new Hono()
      .use("/m/*", guard(...args))
      .get("/m/:id", (context) => context.text("served"))
      .get("/other", (context) => context.text("free"));
  }
  const problem = (detail: string): string =>
    JSON.stringify({ type: "about:blank", title: "Service Unavailable", status: 503, detail });

  test("refuses with the whole golden answer while there is no value, serves any value, guards its path alone", async () => {
    const { index } = stage();
    const app = guarded(index);
    const body = problem("The data that this request needs is not loaded yet.");
    expect(await read(await app.request("/m/1"))).toEqual({
      status: 503,
      headers: {
        "content-type": "application/problem+json",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "content-length": String(body.length),
        "retry-after": "5",
      },
      body,
    });
    expect(await (await app.request("/other")).text()).toBe("free");
    force(index, "STALE", {});
    expect(await (await app.request("/m/1")).text()).toBe("served");
  });

  test("maxAge refuses what is older, and says so", async () => {
    const { index } = stage();
    force(index, "STALE", {});
    const refused = await guarded(index, { maxAge: "10s" }).request("/m/1");
    expect([refused.status, await refused.text()]).toEqual([
      503,
      problem("The data that this request needs is older than it accepts."),
    ]);
  });

  test("several resources, a wait, and a thousand requests in vain that leave nothing behind", async () => {
    const one = stage();
    const other = stage();
    const app = guarded([one.index, other.index], { wait: "2s" });
    force(one.index, "READY", {});
    await one.clock.settle();
    const timers = one.clock.timers;
    const answers = Array.from({ length: 1_000 }, async () => (await app.request("/m/1")).status);
    await one.clock.advance(2_000);
    expect(new Set(await Promise.all(answers))).toEqual(new Set([503]));
    expect([one.clock.timers, other.clock.holding, managedResourceOf(other.index).waiting]).toEqual([timers, 0, 0]);
    const late = app.request("/m/1");
    await one.clock.settle();
    other.loader.last.succeed({});
    expect(await (await late).text()).toBe("served");
  });
});

describe("during a drain", () => {
  const scene = (): { readonly app: Hono; drain(): void } => {
    const health = createHealth();
    const redirect = Response.redirect("https://elsewhere.test/");
    const app = new Hono()
      .use(probes(health))
      .get("/m", (context) => context.text("work"))
      // Its headers are immutable.
      .get("/moved", () => redirect)
      .get("/fails", () => {
        throw new Error("a bug");
      })
      .onError((_error, context) => context.text("failed", 500));
    return { app, drain: () => health.drain() };
  };
  const PATHS = ["/status", "/status/live", "/m", "/moved", "/fails", "/unknown"];

  test("each answer of the app closes its connection, and none does before", async () => {
    const { app, drain } = scene();
    for (const path of PATHS) expect((await app.request(path)).headers.get("connection"), path).toBeNull();
    drain();
    const answers = await Promise.all(PATHS.map(async (path) => app.request(path)));
    expect(answers.map(({ headers }) => headers.get("connection"))).toEqual(PATHS.map(() => "close"));
    expect(answers.map(({ status }) => status)).toEqual([503, 200, 200, 302, 500, 404]);
  });

  test("an answer of HTTP/2 has no such header", async () => {
    const { app, drain } = scene();
    drain();
    for (const path of PATHS) {
      const { headers } = await app.request(path, {}, { incoming: { httpVersionMajor: 2 } });
      expect(headers.get("connection"), path).toBeNull();
    }
  });

  test("an upgrade is left as it is", async () => {
    const health = createHealth();
    // Outside a server, none can be made with status 101.
    const upgrade = Object.defineProperty(new Response(null), "status", { value: 101 });
    const app = new Hono().use(probes(health)).get("/socket", () => upgrade);
    health.drain();
    expect((await app.request("/socket")).headers.get("connection")).toBeNull();
  });
});

describe("HTTP/1.0 without Host, HAProxy's and check_http's probe, on @hono/node-server", () => {
  const bytes = "GET /status HTTP/1.0\r\n\r\n";
  const app = new Hono().use(probes(createHealth())).get("/m", (context) => context.text("work"));

  test("is refused by the server itself unless it is given a hostname", async () => {
    await using served = await listen(createAdaptorServer({ fetch: app.fetch }) as ReturnType<typeof createServer>);
    expect(await raw(served.port, bytes)).toMatch(/^HTTP\/1\.1 400 /);
  });

  test("is answered where serve() is given one", async () => {
    const port = await new Promise<[number, ReturnType<typeof serve>]>((resolve) => {
      const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, (info) =>
        resolve([info.port, server]),
      );
    });
    expect(await raw(port[0], bytes)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*I-AM-ALIVE$/);
    await new Promise((resolve) => port[1].close(resolve));
  });

  test("is answered where node's probes stand in front of Hono", async () => {
    const inFront = createAdaptorServer({
      fetch: app.fetch,
      createServer: ((_options: object, listener: Parameters<typeof nodeProbes>[1]) =>
        createServer(nodeProbes(createHealth(), listener))) as never,
    });
    await using served = await listen(inFront as ReturnType<typeof createServer>);
    expect(await raw(served.port, bytes)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*I-AM-ALIVE$/);
    expect(await raw(served.port, request("GET", "/m"))).toMatch(/work$/);
  });
});
