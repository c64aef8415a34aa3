import { describe, expect, test, vi } from "vitest";
import type { AskedRequest } from "../../src/details/details.ts";
import { internalsOf } from "../../src/handler/internals.ts";
import { createHealth, toResponse, type Probe } from "../../src/index.ts";
import { createScriptedLoader, createVirtualClock, force } from "../../src/testing/index.ts";
import { stage } from "../answer/cells.ts";
import { ask, NOT_OURS, PATH_OF, PROBES, read, wholeOf } from "../answer/whole.ts";

const request = (path: string, init?: RequestInit): Request => new Request(`http://x${path}`, init);

describe("health.answer gives one probe's answer whatever the path", () => {
  test.each(PROBES)("%s, on the path of another, on a path that is not ours, and with HEAD", async (probe) => {
    const { health, index } = stage();
    force(index, "STALE", {});
    const golden = await ask(health, PATH_OF[probe]);
    for (const path of [...Object.values(PATH_OF), "/", "/api/health.php", "/status/live/"])
      expect(await read(health.answerAs(probe, request(path))), path).toEqual(golden);
    expect(await read(health.answerAs(probe, request("/any", { method: "HEAD" })))).toEqual({ ...golden, body: "" });
    expect(await read(health.answerAs(probe, request("/any", { method: "OPTIONS" })))).toEqual(NOT_OURS[405]);
  });

  test("a probe that does not exist is 404, and none of the health's own verbs: frameworks route by names from the URL", async () => {
    const { health, index } = stage();
    force(index, "READY", {});
    for (const name of [
      "close",
      "drain",
      "start",
      "add",
      "cores",
      "toString",
      "__proto__",
      "constructor",
      "ready",
      "",
    ]) {
      // SAFETY: what a route such as /health/[probe] hands on.
      expect(await read(health.answerAs(name as Probe, request("/health"))), name).toEqual(NOT_OURS[404]);
    }
    expect(await ask(health, "/status")).toEqual(wholeOf([200, "I-AM-ALIVE", "READY", undefined]));
  });
});

describe("the verbs of a health can be handed on as they are", () => {
  test("fetch, match and answerAs, without their health", async () => {
    const { fetch, match, answerAs: answer } = createHealth();
    const alive = wholeOf([200, "I-AM-ALIVE", "READY", undefined]);
    expect(await read(fetch(request("/status")))).toEqual(alive);
    expect(await read(match(request("/status")) ?? expect.fail())).toEqual(alive);
    expect(await read(answer("readiness", request("/x")))).toEqual(alive);
    expect((await Promise.all([request("/status"), request("/other")].map(fetch))).map(({ status }) => status)).toEqual(
      [200, 404],
    );
  });

  test("start, drain and close too", async () => {
    const { health } = stage();
    const { start, drain, close, fetch } = health;
    start();
    drain();
    await close();
    expect(fetch(request("/status")).status).toBe(503);
  });
});

describe("answers are nobody's but their request's", () => {
  test("each request gets a Response of its own, and reading one leaves the next whole", async () => {
    const health = createHealth();
    const first = health.fetch(request("/status"));
    const second = health.fetch(request("/status"));
    expect(first).not.toBe(second);
    first.headers.set("health-state", "TAMPERED");
    await first.text();
    expect(await read(second)).toEqual(wholeOf([200, "I-AM-ALIVE", "READY", undefined]));
    expect(await ask(health, "/status")).toEqual(wholeOf([200, "I-AM-ALIVE", "READY", undefined]));
  });

  test("an answer as data is frozen, headers too, for it may be given to many", () => {
    const health = createHealth();
    for (const target of ["/status", "/status/live", "/status/startup"])
      for (const method of ["GET", "POST"]) {
        const answer = internalsOf(health).ask(method, target, undefined, {
          accept: () => null,
          request: () => expect.fail(),
        });
        expect(Object.isFrozen(answer?.headers), `${method} ${target}`).toBe(true);
        expect(() => Object.assign(answer?.headers ?? {}, { "health-state": "TAMPERED" })).toThrow(TypeError);
      }
  });

  test("a HEAD Response has no body at all", () => {
    expect(createHealth().fetch(request("/status", { method: "HEAD" })).body).toBeNull();
    expect(toResponse({ status: 200, headers: {}, body: "" }).body).toBeNull();
  });

  test("one cannot be reached through another, where the platform keeps the headers it is given for some bodies", () => {
    const { Response: own } = globalThis;
    try {
      // As @hono/node-server 1 does for a string.
      globalThis.Response = class extends own {
        readonly #headers: Headers | undefined;
        constructor(body?: BodyInit | null, init?: ResponseInit) {
          super(body, init);
          if (typeof body === "string" && init?.headers instanceof Headers) this.#headers = init.headers;
        }
        override get headers(): Headers {
          return this.#headers ?? super.headers;
        }
      };
      const health = createHealth();
      const request = new Request("http://x/status");
      health.fetch(request).headers.append("set-cookie", "session=secret");
      expect(health.fetch(request).headers.get("set-cookie")).toBeNull();
    } finally {
      globalThis.Response = own;
    }
  });
});

test("two healths in one process know nothing of each other", async () => {
  const one = stage();
  const other = stage();
  force(one.index, "READY", {});
  force(other.index, "NOT_LOADED");
  expect((await ask(one.health, "/status")).body).toBe("I-AM-ALIVE");
  expect((await ask(other.health, "/status")).body).toBe("INDEX-NOT-LOADED");
  one.health.drain();
  force(other.index, "READY", {});
  expect((await ask(one.health, "/status")).body).toBe("INDEX-DRAINING");
  expect((await ask(other.health, "/status")).body).toBe("I-AM-ALIVE");
  await one.health.close();
  expect((await ask(other.health, "/status")).body).toBe("I-AM-ALIVE");
});

describe("a probe of what nobody started starts it once, and answers first", () => {
  test.each(PROBES)("%s", async (probe) => {
    const clock = createVirtualClock();
    const loader = createScriptedLoader<object>();
    const health = createHealth({ clock });
    health.resource("index", { load: loader.load, refreshEvery: "30s" });
    await clock.advance(60_000);
    const seen = [loader.calls.length, clock.timers];
    health.fetch(request(PATH_OF[probe]));
    // The answer was given, and no loader has been called yet.
    seen.push(loader.calls.length);
    await clock.settle();
    for (let n = 0; n < 10_000; n++) health.fetch(request(PATH_OF[probe]));
    await clock.settle();
    seen.push(loader.calls.length);
    expect(seen).toEqual([0, 0, 0, 1]);
    await health.close();
    expect(clock.timers).toBe(0);
  });

  test("a path or method that is not ours starts nothing", async () => {
    const { health, loader, clock } = stage();
    health.fetch(request("/other"));
    health.fetch(request("/status", { method: "POST" }));
    await clock.settle();
    expect([loader.calls.length, clock.timers]).toEqual([0, 0]);
  });

  test("a loader that throws at once, or never gives up the thread's promise, cannot harm the probe that started it", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    health.resource("index", {
      load: (): object => {
        throw new Error("postgres://user:secret@db refused");
      },
    });
    const answers = [];
    for (let n = 0; n < 3; n++) {
      answers.push(await ask(health, "/status"));
      await clock.settle();
    }
    expect(answers).toEqual(Array.from({ length: 3 }, () => wholeOf([503, "INDEX-NOT-LOADED", "NOT_LOADED", "1"])));
  });

  test("10 000 probes of a loaded index cause no load and set no timer", async () => {
    const { health, loader, clock } = stage();
    health.start();
    await clock.settle();
    loader.last.succeed({});
    await clock.settle();
    const before = [loader.calls.length, clock.timers];
    for (let n = 0; n < 10_000; n++) for (const probe of PROBES) health.fetch(request(PATH_OF[probe]));
    await clock.settle();
    expect([loader.calls.length, clock.timers]).toEqual(before);
  });
});

test("details are asked with the target, the request and its platform, on a path and by answerAs()", async () => {
  const seen: unknown[] = [];
  const details = <R>(_: unknown, probe: Probe, { target, raw, platform }: AskedRequest<R>): undefined =>
    void seen.push([probe, target, platform.request(raw) === raw, platform.accept(raw)]);
  const health = createHealth({ clock: createVirtualClock(), details });
  const asked = request("/status/live?verbose", { headers: { accept: "text/plain" } });
  expect(await read(health.fetch(asked))).toEqual(wholeOf([200, "I-AM-ALIVE", undefined, undefined]));
  health.answerAs("startup", asked);
  const rest = [asked.url, true, "text/plain"];
  expect(seen).toEqual([
    ["liveness", ...rest],
    ["startup", ...rest],
  ]);
});

test("a path may add headers to an answer, and replaces none of it", async () => {
  const path = { path: "/old", headers: { sunset: "soon", "health-state": "MINE" } };
  const health = createHealth({ clock: createVirtualClock(), paths: { readiness: ["/status", path] } });
  const golden = wholeOf([200, "I-AM-ALIVE", "READY", undefined]);
  expect(await ask(health, "/status")).toEqual(golden);
  expect(await ask(health, "/old")).toEqual({ ...golden, headers: { ...golden.headers, sunset: "soon" } });
});

test("startup waits for the first load of a resource, and for no check", async () => {
  const clock = createVirtualClock();
  const [one, other] = [createHealth({ clock }), createHealth({ clock })];
  one.check("database", { run: () => new Promise(() => {}), required: true });
  const index = other.resource("index", { load: () => ({}) });
  const startup = async (): Promise<string[]> =>
    (await Promise.all([one, other].map((health) => ask(health, "/status/startup")))).map(({ body }) => body);
  expect(await startup()).toEqual(["I-AM-ALIVE", "INDEX-NOT-LOADED"]);
  await index.get();
  expect(await startup()).toEqual(["I-AM-ALIVE", "I-AM-ALIVE"]);
  await Promise.all([one.close(), other.close()]);
});

test("a failed load is not printed where a listener hears it", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  for (const hears of [true, false]) {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    if (hears) health.subscribe(() => {});
    health.check("database", { run: () => false });
    health.start();
    await clock.settle();
    expect(warn).toHaveBeenCalledTimes(hears ? 0 : 1);
    await health.close();
  }
  warn.mockRestore();
});

describe("start() as the callback of listen()", () => {
  const inUse = Object.assign(new Error("listen EADDRINUSE"), { code: "EADDRINUSE" });

  test.each<readonly [string, readonly unknown[]]>([
    ["Express 5", [inUse]],
    ["Fastify", [inUse, ""]],
  ])("throws the error that %s passes, because nobody else hears of it, and starts nothing", async (_who, given) => {
    const { load, calls } = createScriptedLoader();
    const health = createHealth({ clock: createVirtualClock() });
    health.resource("index", { load });
    expect(() => Reflect.apply(health.start, undefined, given)).toThrow(inUse);
    await Promise.resolve();
    expect(calls).toEqual([]);
    expect(health.snapshot().resources[0]?.state).toBe("NOT_LOADED");
  });

  test.each<readonly [string, readonly unknown[]]>([
    ["node:http", []],
    ["Fastify", [null, "http://127.0.0.1:5100"]],
    ["Hono", [{ address: "127.0.0.1", family: "IPv4", port: 5100 }]],
    ["an event", [{ type: "listening" }]],
  ])("starts with what %s passes", (_who, given) => {
    const health = createHealth({ clock: createVirtualClock() });
    health.resource("index", { load: () => ({}) });
    Reflect.apply(health.start, undefined, given);
    expect(health.snapshot().resources[0]?.state).toBe("LOADING");
  });
});
