import { describe, expect, test } from "vitest";
import * as bun from "../../adapters/bun.ts";
import * as cloudflare from "../../adapters/cloudflare.ts";
import * as deno from "../../adapters/deno.ts";
import * as fastify from "../../adapters/fastify.ts";
import * as fetching from "../../adapters/shared/fetch.ts";
import * as koa from "../../adapters/koa.ts";
import * as node from "../../adapters/node.ts";
import { createHealth, heartbeat, onRequest, type Health } from "../../src/index.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";

const SIGNAL = "SIGUSR2";
const to = (path: string, init?: RequestInit): Request => new Request(`http://localhost${path}`, init);

function ready(options: Parameters<typeof createHealth>[0] = {}) {
  const clock = createVirtualClock();
  const health = createHealth({ clock, ...options });
  const index = health.resource("index", { load: () => ({}), refreshEvery: "30s" });
  return { clock, health, index };
}

describe("a Fetch handler behind the probes", () => {
  test("is handed what the platform handed, and what it gives comes back as it is", async () => {
    const { health } = ready();
    const seen: unknown[] = [];
    const answer = new Response("app");
    const handler = fetching.probes(health, (request: Request, server: object, more: number) => {
      seen.push(request, server, more);
      return answer;
    });
    const request = to("/other");
    const server = {};
    expect(handler(request, server, 3)).toBe(answer);
    expect(seen).toEqual([request, server, 3]);
    expect(seen[1]).toBe(server);
  });

  test("may give no Response, as for an upgrade", () => {
    const { health } = ready();
    expect(fetching.probes(health, () => undefined)(to("/ws"))).toBe(undefined);
  });

  test("is 404 where there is none", async () => {
    const response = await fetching.probes(ready().health)(to("/other"));
    expect([response.status, await response.text()]).toEqual([404, ""]);
  });

  test("in request mode, the probe waits for the load it starts no longer than it may", async () => {
    const { health } = ready({ refresh: onRequest({ probeWait: "1s" }) });
    expect((await fetching.probes(health)(to("/status"))).status).toBe(200);
  });
});

describe("a drain without a socket of its own", () => {
  function drained(health: Health): { signal: () => void; log: string[]; stopped: () => void } {
    const log: string[] = [];
    let stopped: () => void = () => {};
    const server = {
      stop(cut = false): Promise<void> {
        log.push(cut ? "stop, cutting" : "stop");
        return new Promise((resolve) => {
          const before = stopped;
          stopped = () => {
            before();
            resolve();
          };
          if (cut) stopped();
        });
      },
    };
    const drain = bun.drainOnSignal(server, health, { delay: "10s", deadline: "25s", signals: [SIGNAL] });
    void drain.done.then(() => log.push("done"));
    return { signal: () => void process.emit(SIGNAL), log, stopped: () => stopped() };
  }

  const connectionOf = (health: Health, response: Response): string | null => {
    const answered: unknown = fetching.probes(health, () => response)(to("/other"));
    return answered instanceof Response ? answered.headers.get("connection") : null;
  };

  async function begun(): Promise<{ clock: VirtualClock; health: Health } & ReturnType<typeof drained>> {
    const { clock, health, index } = ready();
    await index.get();
    return { clock, health, ...drained(health) };
  }

  test("ends each connection with its next answer from the signal on, and not before", async () => {
    const { clock, health, signal, stopped } = await begun();
    expect(connectionOf(health, new Response())).toBe(null);
    signal();
    expect(connectionOf(health, new Response())).toBe("close");
    expect(connectionOf(health, Response.redirect("http://localhost/", 302))).toBe("close");
    const probe = await fetching.probes(health)(to("/status"));
    expect([probe.status, probe.headers.get("connection"), await probe.text()]).toEqual([
      503,
      "close",
      "INDEX-DRAINING",
    ]);
    expect((await fetching.probes(health, async () => new Response("late"))(to("/"))).headers.get("connection")).toBe(
      "close",
    );
    await clock.advance(10_000);
    stopped();
    await clock.settle();
  });

  test("stops after the delay, and is done when the server and the health are", async () => {
    const { clock, health, signal, log, stopped } = await begun();
    signal();
    await clock.advance(9_999);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual(["stop"]);
    stopped();
    await clock.settle();
    expect(log).toEqual(["stop", "done"]);
    expect([clock.timers, process.listenerCount(SIGNAL)]).toEqual([0, 0]);
    expect(health.fetch(to("/status")).status).toBe(503);
  });

  test("cuts at the deadline what has not finished", async () => {
    const { clock, signal, log } = await begun();
    signal();
    await clock.advance(25_000);
    expect(log).toEqual(["stop", "stop, cutting", "done"]);
  });

  test("is cut short by a second signal; a third changes nothing", async () => {
    const { clock, signal, log, stopped } = await begun();
    signal();
    signal();
    expect(log).toEqual([]);
    await clock.advance(1_000);
    signal();
    signal();
    expect(log).toEqual(["stop"]);
    stopped();
    await clock.settle();
    expect(log).toEqual(["stop", "done"]);
  });

  test("of Deno says so where there is no Deno", () => {
    expect(() => deno.drainOnSignal({ shutdown: async () => {} }, ready().health)).toThrow("this runtime is not Deno");
  });
});

describe("a Worker behind the probes", () => {
  test("is refused in background mode, by name", () => {
    expect(() => cloudflare.probes(ready().health)).toThrow(TypeError);
    expect(() => cloudflare.probes(ready().health)).toThrow("refresh is");
  });

  test("is refused as a class or a bare function", () => {
    const { health } = ready({ refresh: onRequest() });
    class Entrypoint {
      fetch(): Response {
        return new Response();
      }
    }
    // SAFETY: what a caller without types may hand in.
    expect(() => cloudflare.probes(health, Entrypoint as unknown as Entrypoint)).toThrow(
      "worker is a function. Pass an object with handlers",
    );
  });

  test("keeps its other handlers and its own this", async () => {
    const { health } = ready({ refresh: onRequest() });
    const queue = (): string => "queued";
    const worker = {
      name: "own",
      fetch(): Response {
        return new Response(this.name);
      },
      queue,
    };
    const probed = cloudflare.probes(health, worker);
    expect(await (await probed.fetch(to("/other"))).text()).toBe("own");
    expect(probed.queue).toBe(queue);
  });

  test("gives the load to waitUntil, called on its own context", async () => {
    const { health } = ready({ refresh: onRequest() });
    const context = {
      given: [] as Promise<unknown>[],
      waitUntil(promise: Promise<unknown>): void {
        this.given.push(promise);
      },
    };
    expect((await cloudflare.probes(health).fetch(to("/status"), {}, context)).status).toBe(503);
    expect(context.given.length).toBe(1);
    await Promise.all(context.given);
    expect((await cloudflare.probes(health).fetch(to("/status"), {}, context)).status).toBe(200);
  });

  test("answers without a context, or with one that has no waitUntil", async () => {
    for (const context of [undefined, null, {}, { waitUntil: 3 }, "context"]) {
      const { health } = ready({ refresh: onRequest() });
      expect((await cloudflare.probes(health).fetch(to("/status"), undefined, context)).status).toBe(503);
    }
  });

  test("is kept fresh by its cron, before its own scheduled runs", async () => {
    const { health, index } = ready({ refresh: onRequest({ probeWait: "1s" }) });
    const seen: unknown[] = [];
    const worker = { scheduled: () => void seen.push(index.peek()) };
    await cloudflare.probes(health, worker).scheduled({});
    expect(seen).toEqual([{}]);
  });
});

describe("a node:http handler in request mode", () => {
  async function asked(probeWait: string): Promise<{ status: number; loads: number }> {
    let loads = 0;
    const health = createHealth({ refresh: onRequest({ probeWait }) });
    health.resource("index", { load: () => ({ loads: ++loads }) });
    const status = await new Promise<number>((resolve) => {
      const response = { writeHead: (code: number) => resolve(code), end: () => {} };
      node.probes(health)({ method: "GET", url: "/status", headers: {} }, response);
    });
    return { status, loads };
  }

  test("starts the load with the first probe, for nothing else may ever come", async () => {
    expect(await asked("0ms")).toEqual({ status: 503, loads: 1 });
  });

  test("lets the probe wait for it, as long as it may", async () => {
    expect(await asked("1s")).toEqual({ status: 200, loads: 1 });
  });

  test.each(["node", "fastify"] as const)("leaves what somebody else answered during the wait: %s", async (place) => {
    const clock = createVirtualClock();
    const health = createHealth({ clock, refresh: onRequest({ probeWait: "1s" }) });
    health.resource("index", { load: () => new Promise(() => {}) });
    let written = 0;
    const raw = { headersSent: false, writeHead: () => written++, end: () => {} };
    const request = { method: "GET", url: "/status", headers: {} };
    if (place === "node") node.probes(health)(request, raw);
    else {
      const reply = { raw, hijack: () => {}, code: () => {}, headers: () => {}, send: () => {} };
      const app: fastify.FastifyLike = { addHook: (_name, hook) => hook({ raw: request }, reply, () => {}) };
      fastify.probes(health)(app, {}, () => {});
    }
    await clock.settle();
    raw.headersSent = true;
    await clock.advance(2_000);
    expect(written).toBe(0);
    await health.close();
  });
});

test("Koa waits for a probe that waits", async () => {
  const health = createHealth({ refresh: onRequest({ probeWait: "1s" }) });
  health.resource("index", { load: () => ({}) });
  const log: unknown[] = [];
  const context = {
    req: { method: "GET", headers: {} },
    url: "/status",
    originalUrl: "/status",
    status: 404,
    body: undefined,
    set: () => log.push("headers"),
    remove: (name: string) => log.push(`no ${name}`),
  };
  await koa.probes(health)(context, async () => log.push("next"));
  expect([context.status, context.body, log]).toEqual([200, "I-AM-ALIVE", ["no content-type", "headers"]]);
});

test("Bun's table has every path, with and without a slash, and answers every method itself", async () => {
  const { health, index } = ready();
  await index.get();
  const table = bun.routes(health);
  expect(Object.keys(table)).toEqual([
    "/status",
    "/status/",
    "/status/live",
    "/status/live/",
    "/status/startup",
    "/status/startup/",
  ]);
  const answers = await Promise.all(
    ["GET", "POST", "OPTIONS"].map((method) => table["/status"]?.(to("/status", { method }))),
  );
  expect(answers.map((answer) => answer?.status)).toEqual([200, 405, 405]);
});

test("Bun holds the answer of liveness where there are no heartbeats, and there will be none", async () => {
  const { health, index } = ready();
  const table = bun.routes(health, { heartbeats: false });
  expect(index.snapshot().state).toBe("LOADING");
  const live = table["/status/live"];
  if (typeof live !== "object") return expect.fail("no table of methods");
  expect(Object.keys(live)).toEqual(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
  const held = live["GET"];
  if (!(held instanceof Response)) return expect.fail("no Response");
  expect([held.status, await held.text()]).toEqual([200, "I-AM-ALIVE"]);
  expect(typeof table["/status"]).toBe("function");
  expect(() => heartbeat(health, "consumer", { within: "30s" })).toThrow(
    'heartbeat is "consumer". Pass no heartbeat, because liveness is a static route.',
  );

  const watched = ready();
  heartbeat(watched.health, "consumer", { within: "30s" });
  expect(() => bun.routes(watched.health, { heartbeats: false })).toThrow(
    'heartbeats is "consumer". Pass a health without heartbeats, because a static route cannot tell that one is overdue.',
  );
});
