import type { EventEmitter } from "node:events";
import * as http from "node:http";
import * as http2 from "node:http2";
import * as https from "node:https";
import { afterEach, describe, expect, test, vi } from "vitest";
import * as bun from "../../adapters/bun.ts";
import { drainOnSignal, type DrainOptions } from "../../adapters/node.ts";
import { createHealth, type Health } from "../../src/index.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { FakeServer } from "./fake-server.ts";

const [SIGNAL, OTHER] = ["SIGUSR2", "SIGWINCH"] as const;
const TIMES: DrainOptions = { delay: "10s", deadline: "25s", signals: [SIGNAL] };

afterEach(() => {
  vi.restoreAllMocks();
  expect([SIGNAL, OTHER].map((signal) => process.listenerCount(signal))).toEqual([0, 0]);
});

interface Scene {
  readonly clock: VirtualClock;
  readonly health: Health;
  readonly log: string[];
  add(name: string, options?: DrainOptions): { server: FakeServer; cancel: () => void };
}

/** One health; what happens to it and to its servers is written down. */
function enter(): Scene {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const log: string[] = [];
  const close = health.close.bind(health);
  vi.spyOn(health, "close").mockImplementation(() => (log.push("health closes"), close()));
  return {
    clock,
    health,
    log,
    add(name, options = TIMES) {
      const server = new FakeServer();
      vi.spyOn(server, "close").mockImplementation((callback) => {
        log.push(`${name} stops`);
        FakeServer.prototype.close.call(server, callback);
      });
      const { done, cancel } = drainOnSignal(server, health, options);
      void done.then(() => log.push(`${name} is done`));
      return { server, cancel };
    },
  };
}

const send = (signal: string): boolean => process.emit(signal as "SIGUSR2", signal as "SIGUSR2");

describe("several servers on one health", () => {
  test("it closes after the last of them has finished, and each is done then", async () => {
    const { clock, log, add } = enter();
    const a = add("a");
    const b = add("b", { ...TIMES, delay: "12s" });
    send(SIGNAL);
    await clock.advance(10_000);
    a.server.emptied();
    await clock.advance(2_000);
    expect(log.splice(0)).toEqual(["a stops", "b stops"]);
    b.server.emptied();
    await clock.settle();
    expect(log).toEqual(["health closes", "a is done", "b is done"]);
  });

  test("the drain is announced once, before anything stops, with the time until the first server does", async () => {
    const { clock, health, log, add } = enter();
    const servers = [add("a", { ...TIMES, delay: "12s" }), add("b", { ...TIMES, delay: 0 })];
    health.drainSignal.addEventListener("abort", () => log.push("signal"));
    health.subscribe((event) => event.type === "drain" && log.push(`event ${event.delayMs}`));
    // A new subscriber is first told the present states.
    await clock.settle();
    send(SIGNAL);
    await clock.advance(12_000);
    expect(log).toEqual(["signal", "event 0", "b stops", "a stops"]);
    servers.forEach(({ server }) => server.emptied());
    await clock.settle();
  });

  test("the signal of one drains them all, and one that was cancelled holds up nothing", async () => {
    const { clock, log, add } = enter();
    const a = add("a");
    const b = add("b", { ...TIMES, signals: [OTHER] });
    add("c").cancel();
    send(OTHER);
    await clock.advance(10_000);
    expect(log.splice(0)).toEqual(["a stops", "b stops"]);
    a.server.emptied();
    b.server.emptied();
    await clock.settle();
    expect(log).toEqual(["health closes", "a is done", "b is done"]);
  });

  test("one that joins during the drain has what is left of its delay, counted from the signal", async () => {
    const { clock, log, add } = enter();
    const a = add("a");
    send(SIGNAL);
    await clock.advance(4_000);
    const b = add("b", { ...TIMES, delay: "6s" });
    await clock.advance(1_999);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log.splice(0)).toEqual(["b stops"]);
    await clock.advance(4_000);
    a.server.emptied();
    b.server.emptied();
    await clock.settle();
    expect(log).toEqual(["a stops", "health closes", "a is done", "b is done"]);
  });

  test("one that joins after the delay was cut short, or after the end, stops at once", async () => {
    const { clock, log, add } = enter();
    const a = add("a");
    send(SIGNAL);
    await clock.advance(1_000);
    send(SIGNAL);
    const b = add("b");
    expect(log.splice(0)).toEqual(["a stops", "b stops"]);
    a.server.emptied();
    b.server.emptied();
    await clock.settle();
    const c = add("c");
    c.server.emptied();
    await clock.settle();
    expect(log.filter((entry) => entry.startsWith("c"))).toEqual(["c stops", "c is done"]);
  });

  test("a server that begins to listen once it has stopped is closed again, after others have heard of it", async () => {
    const { clock, log, add } = enter();
    const { server } = add("a");
    send(SIGNAL);
    server.emit("listening");
    await clock.advance(10_000);
    server.emptied();
    await clock.settle();
    log.length = 0;
    server.emit("listening");
    expect(log).toEqual([]);
    await clock.advance(0);
    expect(log).toEqual(["a stops"]);
  });
});

describe("close", () => {
  test("runs once for several servers, after the last and before the health closes, which waits for it", async () => {
    const { clock, log, add } = enter();
    let finish = (): void => {};
    const close = (): Promise<void> => {
      log.push("close begins");
      return new Promise((resolve) => (finish = resolve));
    };
    const servers = [add("a", { ...TIMES, close }), add("b", { ...TIMES, close })];
    send(SIGNAL);
    await clock.advance(10_000);
    servers.forEach(({ server }) => server.emptied());
    await clock.advance(1_000);
    expect(log.splice(0)).toEqual(["a stops", "b stops", "close begins"]);
    finish();
    await clock.settle();
    expect(log).toEqual(["health closes", "a is done", "b is done"]);
    expect(clock.timers).toBe(0);
  });

  test("has a second, even if the last connection ended just before the deadline", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { clock, log, add } = enter();
    const close = (): Promise<void> =>
      new Promise((resolve) => clock.setTimer(() => (log.push("closed"), resolve()), 900, true));
    const { server } = add("a", { ...TIMES, close });
    send(SIGNAL);
    await clock.advance(24_995);
    server.emptied();
    await clock.advance(900);
    expect(log).toEqual(["a stops", "closed", "health closes", "a is done"]);
    expect(warn.mock.calls).toEqual([]);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("no\tpool");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no\tpool"))],
  ])("that %s is told once and holds up neither the others nor the health", async (_how, close) => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { clock, log, add } = enter();
    const late = (): Promise<void> =>
      new Promise((resolve) => clock.setTimer(() => (log.push("late"), resolve()), 500, true));
    const servers = [add("a", { ...TIMES, close }), add("b", { ...TIMES, close: late })];
    send(SIGNAL);
    await clock.advance(10_000);
    servers.forEach(({ server }) => server.emptied());
    await clock.advance(500);
    expect(log).toEqual(["a stops", "b stops", "late", "health closes", "a is done", "b is done"]);
    expect(warn.mock.calls).toEqual([
      ["health-state: the close of drainOnSignal() failed: Error: no\\u0009pool. The health closes anyway."],
    ]);
  });

  test.each([
    ["fails", () => Promise.reject(new Error("no pool"))],
    ["never ends", () => new Promise(() => {})],
  ])("that %s holds up nothing where the console throws", async (_how, close) => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {
      throw new Error("EPIPE");
    });
    const { clock, log, add } = enter();
    const { server } = add("a", { ...TIMES, close });
    send(SIGNAL);
    await clock.advance(10_000);
    server.emptied();
    await clock.advance(15_000);
    expect([log, warn.mock.calls.length]).toEqual([["a stops", "health closes", "a is done"], 1]);
  });

  test("has a second if a connection was open until the deadline, and the resources still have their values", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { clock, log, add } = enter();
    const ends = (): Promise<void> =>
      new Promise((resolve) => clock.setTimer(() => (log.push("close ends"), resolve()), 999, true));
    const { server } = add("a", { ...TIMES, close: ends });
    server.connection("stream", 1);
    send(SIGNAL);
    await clock.advance(25_000);
    server.emptied();
    await clock.advance(998);
    expect(log).toEqual(["a stops"]);
    await clock.advance(1);
    expect([log, warn.mock.calls]).toEqual([["a stops", "close ends", "health closes", "a is done"], []]);
  });

  test("that never ends is waited for until the deadline, counted from the signal", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { clock, log, add } = enter();
    const { server } = add("a", { ...TIMES, close: () => new Promise(() => {}) });
    send(SIGNAL);
    await clock.advance(10_000);
    server.emptied();
    await clock.advance(14_999);
    expect(log).toEqual(["a stops"]);
    await clock.advance(1);
    expect(log).toEqual(["a stops", "health closes", "a is done"]);
    expect(warn.mock.calls).toEqual([
      ["health-state: the close of drainOnSignal() has not finished in time. The health closes anyway."],
    ]);
  });
});

test("two copies of the package drain one health together", async () => {
  const { clock, health, log, add } = enter();
  const a = add("a");
  vi.resetModules();
  const copy = await import("../../adapters/bun.ts");
  expect(copy.drainOnSignal).not.toBe(bun.drainOnSignal);
  let finish = (): void => {};
  const server = { stop: () => new Promise<void>((resolve) => (log.push("b stops"), (finish = resolve))) };
  void copy.drainOnSignal(server, health, TIMES).done.then(() => log.push("b is done"));
  send(SIGNAL);
  // Each copy ends connections.
  for (const { probes } of [bun, copy]) {
    const response = await probes(health)(new Request("http://localhost/status"));
    expect(response.headers.get("connection")).toBe("close");
  }
  await clock.advance(10_000);
  a.server.emptied();
  await clock.settle();
  expect(log.splice(0)).toEqual(["a stops", "b stops"]);
  finish();
  await clock.settle();
  expect(log).toEqual(["health closes", "a is done", "b is done"]);
});

test("every server of Node is taken, by its types too, and left without a listener by cancel()", () => {
  const health = createHealth();
  const servers = [
    http.createServer(),
    https.createServer(),
    http2.createServer(),
    http2.createSecureServer(),
  ] as const;
  const count = (server: EventEmitter): number =>
    ["connection", "secureConnection", "session", "request", "listening"].reduce(
      (sum, name) => sum + server.listenerCount(name),
      0,
    );
  const before = servers.map(count);
  const [plain, tls, clear, secure] = servers;
  const drains = [
    drainOnSignal(plain, health, TIMES),
    drainOnSignal(tls, health, TIMES),
    drainOnSignal(clear, health, TIMES),
    drainOnSignal(secure, health, TIMES),
  ];
  for (const { cancel } of drains) cancel();
  expect(servers.map(count)).toEqual(before);
});
