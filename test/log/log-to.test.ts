import { Writable } from "node:stream";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { byVersion, createHealth, createStore, heartbeat, hints, notEmpty, seed } from "../../src/index.ts";
import { logTo, type LogEntry, type LoggerLike } from "../../src/log/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { rejecting, watchEscapes } from "../seeing/hostile.ts";
import { createScene, load, missing, type Scene } from "../seeing/kit.ts";

type Line = LogEntry & { readonly level: string };

function createLogger(): LoggerLike & { readonly lines: Line[] } {
  const lines: Line[] = [];
  const at = (level: string) => (entry: LogEntry) => void lines.push({ level, ...entry });
  return { lines, info: at("info"), warn: at("warn"), error: at("error") };
}

const short = ({ level, message }: Line): string => `${level}: ${message}`;

/** Everything that has a line: a failed start, a recovery, a slow load, a rejection, a timeout, a drain. */
async function playAll({ clock, health, accept, fail, loader }: Scene): Promise<void> {
  health.start();
  await clock.settle();
  await fail("no route to host");
  await clock.advance("1s");
  await accept("1");
  // An ordinary load has no line.
  await clock.advance("30s");
  await accept("1");
  await clock.advance("30s");
  await clock.advance("11s");
  await accept("2");
  await clock.advance("20s");
  await accept("-1");
  await clock.advance("10s");
  expect(loader.calls).toHaveLength(6);
  await clock.advance("20s");
  health.drain({ delayMs: 5_000 });
  await clock.settle();
  await health.close();
}

describe("logTo()", () => {
  let scene: Scene;
  beforeEach(() => {
    scene = createScene();
  });

  test("writes one line for each change, failure, recovery, slow load and drain, and none for what goes well", async () => {
    const logger = createLogger();
    logTo(scene.health, logger);
    await playAll(scene);
    expect(logger.lines.map(short)).toEqual([
      'error: health-state: loading "index" failed at attempt 1: no route to host',
      "info: health-state: readiness changed from INDEX-NOT-LOADED to I-AM-ALIVE",
      "info: health-state: startup changed from INDEX-NOT-LOADED to I-AM-ALIVE",
      'info: health-state: loading "index" succeeded at attempt 2',
      'warn: health-state: loading "index" was slow: 11450 ms',
      'warn: health-state: loading "index" was rejected at attempt 1: validate returned false for the new value',
      'warn: health-state: loading "index" timed out at attempt 2: the load took longer than its timeout of 20000 ms',
      "info: health-state: the drain begins, and the server keeps serving for 5000 ms",
      "info: health-state: readiness changed from I-AM-ALIVE to INDEX-DRAINING, because the process shuts down",
      "info: health-state: readiness changed from INDEX-DRAINING to INDEX-NOT-LOADED, because the process shuts down",
      "info: health-state: startup changed from I-AM-ALIVE to INDEX-NOT-LOADED, because the process shuts down",
    ]);
  });

  test("a rejected revision has not recovered before the source offers another one", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    const logger = createLogger();
    logTo(health, logger);
    let revision = "1";
    const load = byVersion({ version: () => ({ revision }), load: (at) => (at === "1" ? [1] : []) });
    health.resource("index", { load, validate: notEmpty(), refreshEvery: "30s", refuseAfter: "1h" });
    health.start();
    await clock.advance("1m");
    logger.lines.length = 0;
    revision = "2";
    await clock.advance("30m");
    revision = "1";
    await clock.advance("1m");
    expect(logger.lines.map(short)).toEqual([
      'warn: health-state: loading "index" was rejected at attempt 1: the new value is empty',
      expect.stringMatching(/^warn: health-state: the value of "index" is STALE, \d+ s old$/),
      'info: health-state: loading "index" succeeded at attempt 1',
    ]);
    await health.close();
  });

  test("failed saves and lost hints are told once, and so is their end", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    const logger = createLogger();
    let fault: Error | undefined = new Error("no space left on device");
    const save = async (): Promise<undefined> => {
      if (fault) throw fault;
    };
    const store = createStore<number>({ restore: async () => undefined, save, stamp: save, remove: async () => {} });
    let count = 0;
    const index = health.resource("index", { load: () => ++count, refreshEvery: "10s", lastKnownGood: store });
    let lose = (_: unknown): void => {};
    hints(index, () => ({ closed: new Promise((resolve) => (lose = resolve)) }));
    logTo(health, logger);
    health.start();
    await clock.advance("1m");
    lose("gone");
    await clock.advance("1m");
    fault = undefined;
    await clock.advance("30s");
    expect(logger.lines.filter(({ event }) => event === "save" || event === "hints").map(short)).toEqual([
      expect.stringMatching(/^warn: health-state: saving "index" failed: .*no space left on device/),
      'warn: health-state: the hints of "index" are lost: the channel was closed',
      'info: health-state: the hints of "index" are connected again',
      'info: health-state: saving "index" succeeded again',
    ]);
    await health.close();
  });

  test("a restore is told, with the age of the value, and a stored value that cannot be used too", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    const logger = createLogger();
    logTo(health, logger);
    const load = (): Promise<number[]> => Promise.reject(new Error("down"));
    const asOf = clock.wall() - 60_000;
    health.resource("index", { load, lastKnownGood: seed([1], { asOf }), refreshEvery: "10m" });
    health.resource("empty", {
      load,
      lastKnownGood: seed<number[]>([], { asOf }),
      validate: (value) => value.length > 0,
      refreshEvery: "10m",
    });
    health.start();
    await clock.settle();
    expect(logger.lines.filter(({ event }) => event === "restore").map(short)).toEqual([
      'info: health-state: the value of "index" was restored from a store, 60 s old',
      expect.stringMatching(/^warn: health-state: the value of "empty" was not restored: /),
    ]);
    await health.close();
  });

  test("a failed load says everything that a person asks at night, and never the value", async () => {
    const logger = createLogger();
    logTo(scene.health, logger);
    scene.health.start();
    await scene.clock.settle();
    await scene.accept("7");
    await scene.clock.advance("30s");
    await scene.clock.advance("2s");
    await scene.fail("no route\nto host");
    const { nextAttemptAt = "", ...line } = logger.lines.at(-1) ?? { level: "" };
    const message = 'health-state: loading "index" failed at attempt 1: no route\\u000ato host';
    expect(line).toEqual({
      level: "warn",
      msg: message,
      message,
      event: "failed",
      resource: "index",
      state: "READY",
      outcome: "failed",
      durationMs: 2_000,
      attempt: 1,
      ageMs: 32_000,
      error: "no route\\u000ato host",
    });
    expect(new Date(nextAttemptAt).getTime()).toBe(scene.index.snapshot().nextAttemptAt);
    expect(JSON.stringify(logger.lines)).not.toContain('"size"');
  });

  test("a wedged process is an error", async () => {
    const logger = createLogger();
    logTo(scene.health, logger);
    scene.health.start();
    heartbeat(scene.health, "loop", { within: "5s" })();
    await scene.clock.advance("6s");
    expect(logger.lines.map(short)).toEqual(["error: health-state: liveness changed from I-AM-ALIVE to WEDGED"]);
  });

  test("10,000 probes write no line", async () => {
    const logger = createLogger();
    logTo(scene.health, logger);
    const request = new Request("http://localhost/status");
    for (let n = 0; n < 10_000; n++) scene.health.fetch(request);
    await scene.clock.settle();
    expect(logger.lines).toEqual([]);
  });

  test("silences the print of a failed load, ends when it is told to, and a logger that throws disturbs nobody", async () => {
    const print = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { clock, health } = scene;
    const throwing = (): never => {
      throw new Error("the disk is full");
    };
    const end = logTo(health, { info: throwing, warn: throwing, error: throwing });
    const heard: string[] = [];
    health.subscribe(({ type }) => heard.push(type));
    health.start();
    await clock.settle();
    await scene.fail("gone");
    expect(print).not.toHaveBeenCalled();
    expect(heard).toContain("transition");
    end();
    end();
    await health.close();
    const alone = createHealth({ clock: createVirtualClock() });
    const logger = createLogger();
    logTo(alone, logger)();
    alone.drain();
    expect(logger.lines).toEqual([]);
    print.mockRestore();
  });
});

describe("a logger that is broken", () => {
  const LEVELS = ["info", "warn", "error"] as const;
  const broken: Readonly<Record<string, () => unknown>> = {
    throws: () => {
      throw new Error("the disk is full");
    },
    rejects: rejecting,
    "gives a thenable that throws": () => ({
      get then() {
        throw new Error("no promise");
      },
    }),
    "gives what cannot be looked at": () => Proxy.revocable({}, {}).proxy,
  };

  test.each(Object.entries(broken))("that %s is called for every line, and nothing escapes", async (_name, fail) => {
    const escapes = watchEscapes();
    const [scene, bare] = [createScene(), createScene()];
    let calls = 0;
    const write = (): unknown => {
      calls++;
      return fail();
    };
    logTo(scene.health, { info: write, warn: write, error: write });
    bare.health.subscribe(() => {});
    await playAll(scene);
    await playAll(bare);
    expect(calls).toBe(11);
    expect(scene.index.snapshot()).toEqual(bare.index.snapshot());
    await escapes.end();
    expect(escapes.escaped).toEqual([]);
  });

  test("a recovery that was slow has both of its lines, though the first of them fails", async () => {
    const scene = createScene();
    const lines: string[] = [];
    const warn = ({ event }: LogEntry): void => void lines.push(event);
    const info = ({ event }: LogEntry): void => {
      lines.push(event);
      throw new Error("the disk is full");
    };
    logTo(scene.health, { info, warn, error: warn });
    scene.health.start();
    await scene.clock.settle();
    await scene.fail("gone");
    await scene.clock.advance("1s");
    await scene.clock.advance("11s");
    await scene.accept("1");
    expect(lines.filter((event) => event !== "probe")).toEqual(["failed", "recovered", "slow"]);
  });

  test("one that calls back into the health sees each line once, and ends itself", async () => {
    const scene = createScene();
    const lines: string[] = [];
    const write = ({ event }: LogEntry): void => {
      lines.push(event);
      scene.index.invalidate();
      scene.health.fetch(new Request("http://localhost/status"));
      logTo(scene.health, createLogger())();
      end();
    };
    const end = logTo(scene.health, Object.fromEntries(LEVELS.map((level) => [level, write])) as never);
    scene.health.start();
    await scene.clock.settle();
    await scene.fail("gone");
    await scene.clock.advance("2s");
    expect(lines).toEqual(["failed"]);
  });
});

describe.skipIf(missing !== undefined)("the real loggers", () => {
  /** The lines that a stream was given, read as JSON. */
  function createSink(): { readonly stream: Writable; readonly lines: Record<string, unknown>[] } {
    const lines: Record<string, unknown>[] = [];
    const stream = new Writable({
      write(chunk, _encoding, done) {
        for (const line of String(chunk).split("\n").filter(Boolean))
          lines.push(JSON.parse(line) as Record<string, unknown>);
        done();
      },
    });
    return { stream, lines };
  }

  test("pino writes every field, and its own beside them", async () => {
    const { stream, lines } = createSink();
    const scene = createScene();
    logTo(
      scene.health,
      load<{ pino(options: object, stream: Writable): LoggerLike }>("pino").pino({ name: "matcher" }, stream),
    );
    await playAll(scene);
    expect(lines).toHaveLength(11);
    expect(lines[0]).toMatchObject({
      level: 50,
      name: "matcher",
      msg: 'health-state: loading "index" failed at attempt 1: no route to host',
      event: "failed",
      resource: "index",
      attempt: 1,
    });
  });

  test("winston writes every field", async () => {
    const { stream, lines } = createSink();
    const winston = load<{
      createLogger(options: object): LoggerLike;
      readonly transports: { readonly Stream: new (options: object) => unknown };
    }>("winston");
    const scene = createScene();
    const { Stream } = winston.transports;
    logTo(scene.health, winston.createLogger({ transports: [new Stream({ stream })] }));
    await playAll(scene);
    expect(lines).toHaveLength(11);
    expect(lines[0]).toMatchObject({
      level: "error",
      message: 'health-state: loading "index" failed at attempt 1: no route to host',
      event: "failed",
      resource: "index",
      durationMs: 0,
    });
  });

  test("console is a logger", async () => {
    const spies = (["info", "warn", "error"] as const).map((level) =>
      vi.spyOn(console, level).mockImplementation(() => {}),
    );
    const scene = createScene();
    logTo(scene.health, console);
    await playAll(scene);
    expect(spies.map((spy) => spy.mock.calls.length)).toEqual([7, 3, 1]);
    for (const spy of spies) spy.mockRestore();
  });
});
