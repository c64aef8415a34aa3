import { refused } from "../kit/refused.ts";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { drainOnSignal, type DrainOptions } from "../../adapters/node.ts";
import { createHealth, type Health } from "../../src/index.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";
import { FakeServer } from "./fake-server.ts";

/** A signal that the test runner itself knows nothing of. */
const SIGNAL = "SIGUSR2";

interface Scene {
  readonly clock: VirtualClock;
  readonly health: Health;
  readonly server: FakeServer;
  readonly signal: () => void;
  readonly done: () => Promise<boolean>;
  readonly cancel: () => void;
}

let scene: Scene | undefined;
// The defaults of production: the test runner says that this is a test.
beforeEach(() => void vi.stubEnv("NODE_ENV", "production"));
afterEach(async () => {
  vi.unstubAllEnvs();
  if (!scene) return;
  scene.signal();
  await scene.clock.advance(2_000);
  scene.signal();
  scene.server.emptied();
  scene.cancel();
  await scene.clock.advance(2_000);
  scene = undefined;
  expect(process.listenerCount(SIGNAL)).toBe(0);
});

function enter(options: DrainOptions = {}): Scene {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const server = new FakeServer();
  const drain = drainOnSignal(server, health, { signals: [SIGNAL], ...options });
  let settled = false;
  void drain.done.then(() => (settled = true));
  scene = {
    clock,
    health,
    server,
    signal: () => void process.emit(SIGNAL, SIGNAL),
    done: async () => {
      await clock.settle();
      return settled;
    },
    cancel: drain.cancel,
  };
  return scene;
}

const readiness = (health: Health): string =>
  `${health.fetch(new Request("http://x/status")).headers.get("health-state")} ${health.fetch(new Request("http://x/status")).status}`;

describe("before the signal", () => {
  test("nothing has been asked of the server, no timer is set, and readiness is as it was", () => {
    const { server, clock, health } = enter();
    expect([server.log, clock.timers, readiness(health), process.listenerCount(SIGNAL), server.installed]).toEqual([
      [],
      0,
      "READY 200",
      1,
      5,
    ]);
  });

  test("requests keep their connections, and nothing is remembered of those that ended", () => {
    const { server } = enter();
    const response = server.request();
    response.emit("close");
    expect([response.shouldKeepAlive, response.listenerCount("close"), server.log]).toEqual([true, 0, []]);
  });

  test("cancel takes everything away, twice too, and a signal is no longer ours", () => {
    const { server, cancel, health, signal } = enter();
    cancel();
    cancel();
    signal();
    expect([process.listenerCount(SIGNAL), server.installed, readiness(health)]).toEqual([0, 0, "READY 200"]);
  });
});

describe("the timetable of a drain", () => {
  test("drain at once, stop after the delay, unused connections a second later, the rest at the deadline", async () => {
    const { server, clock, health, signal } = enter({ delay: "10s", deadline: "25s" });
    server.connection("unused", 0);
    server.connection("used", 100);
    signal();
    expect([readiness(health), server.log]).toEqual(["READY 503", []]);
    await clock.advance(9_999);
    expect(server.log).toEqual([]);
    await clock.advance(1);
    expect(server.log.splice(0)).toEqual(["close", "closeIdleConnections"]);
    await clock.advance(999);
    expect(server.log).toEqual([]);
    await clock.advance(1);
    expect(server.log.splice(0)).toEqual(["destroy unused"]);
    await clock.advance(13_999);
    expect(server.log).toEqual([]);
    await clock.advance(1);
    expect(server.log).toEqual(["closeAllConnections", "destroy used"]);
  });

  test.each<readonly [string, DrainOptions, number, number]>([
    ["by default", {}, 10_000, 25_000],
    ["a delay over 10 s moves the deadline", { delay: "60s" }, 60_000, 75_000],
    ["no delay", { delay: 0 }, 0, 25_000],
    ["a deadline at the end of the delay", { delay: "5s", deadline: "5s" }, 5_000, 5_000],
  ])("%s", async (_name, options, delay, deadline) => {
    const { server, clock, signal } = enter(options);
    server.connection("busy", 1);
    const start = clock.monotonic();
    const times: Record<string, number> = {};
    signal();
    while (!("destroy busy" in times)) {
      await clock.advance(500);
      for (const entry of server.log) times[entry] ??= clock.monotonic() - start;
    }
    expect([times["close"], times["destroy busy"]]).toEqual([Math.max(delay, 500), deadline]);
  });

  test.each<readonly [string, DrainOptions, number, number]>([
    ["by default", {}, 0, 1_000],
    ["with a delay", { delay: "10s" }, 10_000, 25_000],
    ["with a deadline", { deadline: "5s" }, 0, 5_000],
  ])("in development an open stream holds up a restart for a second: %s", async (_name, options, delay, deadline) => {
    vi.stubEnv("NODE_ENV", "development");
    vi.stubEnv("KUBERNETES_SERVICE_HOST", "");
    const { server, clock, signal } = enter(options);
    server.connection("stream", 1);
    signal();
    await clock.advance(Math.max(1, delay));
    expect(server.log.includes("close")).toBe(true);
    await clock.advance(deadline - Math.max(1, delay) - 1);
    expect(server.log.includes("destroy stream")).toBe(false);
    await clock.advance(1);
    expect(server.log.includes("destroy stream")).toBe(true);
  });

  test("done settles when the server and the health have closed, and then nothing is left", async () => {
    const { server, clock, health, signal, done } = enter();
    signal();
    await clock.advance(10_000);
    expect(await done()).toBe(false);
    server.emptied();
    // What is left closes the server again, should it begin to listen now.
    expect([await done(), clock.timers, server.installed, process.listenerCount(SIGNAL)]).toEqual([true, 0, 1, 0]);
    expect(readiness(health)).toBe("NOT_LOADED 503");
  });

  test("its timers keep the process alive, for it has to end in order", () => {
    const { clock, signal } = enter();
    signal();
    expect([clock.timers, clock.holding]).toEqual([2, 2]);
  });
});

describe("more signals", () => {
  test("one within a second is the first one again, as a script runner forwards it", async () => {
    const { server, clock, signal } = enter();
    signal();
    signal();
    await clock.advance(3);
    signal();
    await clock.advance(996);
    signal();
    expect(server.log).toEqual([]);
    await clock.advance(9_000);
    expect(server.log).toEqual([]);
    await clock.advance(1);
    expect(server.log).toEqual(["close", "closeIdleConnections"]);
  });

  test("where the drain takes less than a second, the handlers stay so long: the default would end the process", async () => {
    const { server, clock, signal, done } = enter({ delay: 0 });
    signal();
    await clock.advance(0);
    server.emptied();
    expect([await done(), process.listenerCount(SIGNAL), clock.holding]).toEqual([true, 1, 1]);
    signal();
    await clock.advance(200);
    expect([process.listenerCount(SIGNAL), clock.holding]).toEqual([1, 0]);
    await clock.advance(800);
    expect([process.listenerCount(SIGNAL), server.log]).toEqual([0, ["close", "closeIdleConnections"]]);
  });

  test("the second stops at once, the third and later change nothing", async () => {
    const { server, clock, signal } = enter();
    signal();
    await clock.advance(1_000);
    signal();
    const after = [...server.log];
    signal();
    signal();
    expect([after, server.log]).toEqual([["close", "closeIdleConnections"], after]);
  });

  test("cancel after a signal changes nothing: the drain goes on", async () => {
    const { server, signal, cancel, clock } = enter();
    signal();
    cancel();
    await clock.advance(10_000);
    expect([server.log, process.listenerCount(SIGNAL)]).toEqual([["close", "closeIdleConnections"], 1]);
  });

  test("each of several signals drains", async () => {
    const { server, clock, health } = enter({ signals: [SIGNAL, "SIGWINCH"] });
    process.emit("SIGWINCH", "SIGWINCH");
    expect(readiness(health)).toBe("READY 503");
    await clock.advance(1_000);
    process.emit("SIGWINCH", "SIGWINCH");
    expect(server.log).toEqual(["close", "closeIdleConnections"]);
  });
});

describe("connections", () => {
  test("each ends with its next answer from the signal on, those under way included", () => {
    const { server, signal } = enter();
    const before = server.request();
    const ended = server.request();
    ended.emit("close");
    signal();
    const during = server.request();
    expect([before, ended, during].map(({ shouldKeepAlive }) => shouldKeepAlive)).toEqual([false, true, false]);
  });

  test("none is closed during the delay: a request may be on its way", () => {
    const { server, signal } = enter();
    const before = server.request();
    signal();
    const during = server.request();
    before.emit("close");
    during.emit("close");
    expect(server.log).toEqual([]);
  });

  test("after the stop, idle ones are closed after each answer", async () => {
    const { server, clock, signal } = enter();
    const before = server.request();
    signal();
    await clock.advance(10_000);
    server.log.length = 0;
    before.emit("close");
    expect(server.log).toEqual(["closeIdleConnections"]);
  });

  test("the handler is told before the app's, so that an answer given at once ends its connection too", async () => {
    const clock = createVirtualClock();
    const server = new FakeServer();
    const seen: boolean[] = [];
    server.on("request", (_request, response: { shouldKeepAlive: boolean }) => seen.push(response.shouldKeepAlive));
    const { cancel } = drainOnSignal(server, createHealth({ clock }), { signals: [SIGNAL] });
    server.request();
    process.emit(SIGNAL, SIGNAL);
    server.request();
    expect(seen).toEqual([true, false]);
    await clock.advance(10_000);
    server.emptied();
    await clock.settle();
    cancel();
  });
});

test.each<readonly [DrainOptions, string]>([
  [
    { delay: "soon" },
    'health-state: delay is "soon". Pass a duration of at least 0 ms (1500, "500ms", "30s", "5m", "2h").',
  ],
  [{ delay: -1 }, 'health-state: delay is -1. Pass a duration of at least 0 ms (1500, "500ms", "30s", "5m", "2h").'],
  [
    { delay: "10s", deadline: "9s" },
    'health-state: deadline is "9s". Pass a duration of at least 10000 ms (1500, "500ms", "30s", "5m", "2h").',
  ],
])("%j is refused by name before anything is installed", (options, message) => {
  const server = new FakeServer();
  expect(() => drainOnSignal(server, createHealth(), { signals: [SIGNAL], ...options })).toThrow(refused(message));
  expect([process.listenerCount(SIGNAL), server.installed]).toEqual([0, 0]);
});
