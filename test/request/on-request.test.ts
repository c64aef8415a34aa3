import { describe, expect, test } from "vitest";
import { createGuard, createHealth, onRequest, unchanged } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { A, B, setUp, warmed, watch } from "./kit.ts";

describe("request mode", () => {
  test("sets no timer until a request comes, and none outlives the load it watches", async () => {
    const { clock, health, loader, index } = setUp();
    health.start();
    await clock.settle();
    expect([clock.timers, loader.calls.length]).toEqual([0, 0]);
    await warmed(clock, index, () => loader.last.succeed(A));
    expect([clock.timers, loader.calls.length]).toEqual([0, 1]);
    await clock.advance(10 * 60_000);
    expect([clock.timers, loader.calls.length]).toEqual([0, 1]);
  });

  test("two cold requests at once run one load, and both get its value", async () => {
    const { clock, loader, index } = setUp();
    const [one, other] = [watch(index.get()), watch(index.get())];
    await clock.settle();
    expect(loader.calls.length).toBe(1);
    loader.last.succeed(A);
    await clock.advance(25);
    expect([one.value, other.value, loader.calls.length]).toEqual([A, A, 1]);
  });

  test("a fresh value is served without a load", async () => {
    const { clock, loader, index } = setUp();
    await warmed(clock, index, () => loader.last.succeed(A));
    await clock.advance(29_000);
    expect([await index.get(), loader.calls.length]).toEqual([A, 1]);
  });

  test("a refresh that is due goes on behind the response through waitUntil", async () => {
    const { clock, loader, index } = setUp();
    await warmed(clock, index, () => loader.last.succeed(A));
    await clock.advance(31_000);
    const kept: Promise<unknown>[] = [];
    const waitUntil = (promise: Promise<unknown>): void => void kept.push(promise);
    expect(await index.get({ waitUntil })).toBe(A);
    expect(await index.get({ waitUntil })).toBe(A);
    expect([kept.length, loader.calls.length]).toEqual([1, 2]);
    loader.last.succeed(B);
    await Promise.all(kept);
    expect([await index.get(), clock.timers]).toEqual([B, 0]);
  });

  test("without waitUntil the request that finds the refresh due waits for it, and is served the old value if it fails", async () => {
    const { clock, loader, index } = setUp();
    await warmed(clock, index, () => loader.last.succeed(A));
    await clock.advance(31_000);
    const first = watch(index.get());
    await clock.settle();
    expect(first.value).toBeUndefined();
    loader.last.succeed(B);
    await clock.settle();
    expect(first.value).toBe(B);
    await clock.advance(31_000);
    const second = watch(index.get());
    await clock.settle();
    loader.last.fail();
    await clock.settle();
    expect(second.value).toBe(B);
  });

  test("a waitUntil that throws or rejects refuses nobody: the request waits for the refresh itself", async () => {
    const { clock, loader, index } = setUp();
    await warmed(clock, index, () => loader.last.succeed(A));
    const guard = createGuard(index);
    const bad = (): never => {
      throw new TypeError("Illegal invocation");
    };
    const rejects = (async () => bad()) as unknown as () => void;
    for (const [waitUntil, waits] of [
      [bad, true],
      [rejects, false],
    ] as const) {
      await clock.advance(31_000);
      const decided = watch(Promise.resolve(guard(() => waitUntil)).then((answer) => answer ?? "served"));
      const asked = watch(index.get({ waitUntil }).then(() => "asked"));
      await clock.settle();
      expect(decided).toEqual(waits ? {} : { value: "served" });
      loader.last.succeed(B);
      await clock.settle();
      expect([decided, asked]).toEqual([{ value: "served" }, { value: "asked" }]);
    }
    await clock.advance(31_000);
    const alone = watch(index.get({ waitUntil: bad }));
    await clock.settle();
    expect(alone).toEqual({});
    loader.last.succeed(A);
    await clock.settle();
    expect([alone, clock.timers]).toEqual([{ value: A }, 0]);
  });

  test("a waitUntil that throws at a cold start changes nothing either", async () => {
    const { clock, loader, index } = setUp();
    const cold = watch(
      index.get({
        waitUntil() {
          throw new TypeError("Illegal invocation");
        },
      }),
    );
    await clock.settle();
    loader.last.succeed(A);
    await clock.settle();
    expect(cold).toEqual({ value: A });
  });

  test("a refresh that gives null has failed, and the value held is served", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock, refresh: onRequest() });
    const values: (string | null)[] = ["old", null];
    // SAFETY: what JavaScript may return.
    const load = (): string => (values.shift() ?? null) as string;
    const index = health.resource("index", { load, refreshEvery: "5s" });
    expect(await index.get()).toBe("old");
    await clock.advance(6_000);
    expect([await index.get(), index.peek()]).toEqual(["old", "old"]);
    expect(index.snapshot().lastError?.error).toMatchObject({ code: "HS_NO_DATA" });
  });

  test("a value past refuseAfter is reloaded before it is used, and served only if that fails", async () => {
    const { clock, loader, index } = setUp();
    await warmed(clock, index, () => loader.last.succeed(A));
    // A frozen function: wall time passes, nothing runs.
    clock.freeze(3_600_000);
    const kept: Promise<unknown>[] = [];
    const late = watch(index.get({ waitUntil: (promise) => kept.push(promise) }));
    await clock.settle();
    expect(late).toEqual({});
    loader.last.succeed(B);
    await clock.settle();
    expect(late.value).toBe(B);
    clock.freeze(3_600_000);
    const later = watch(index.get());
    await clock.settle();
    loader.last.fail();
    await clock.settle();
    expect([later.value, index.snapshot().state]).toEqual([B, "STALE"]);
  });

  test("with refreshEvery never, get() and a guard reload only a value past refuseAfter", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock, refresh: onRequest() });
    let loads = 0;
    const index = health.resource("index", { load: () => ++loads, staleAfter: "1m", refreshEvery: "never" });
    const decide = createGuard(index);
    expect(await index.get()).toBe(1);
    await clock.advance(60_000);
    expect([await index.get(), await decide(), loads]).toEqual([1, undefined, 1]);
    await clock.advance(1);
    expect(await index.get()).toBe(2);
    await clock.advance(60_001);
    expect([await decide(), loads]).toEqual([undefined, 3]);
  });

  test("a thaw never shows an old value as fresh, whoever asks first", async () => {
    const { clock, health, loader, index } = setUp();
    await warmed(clock, index, () => loader.last.succeed(A));
    clock.freeze(3_600_000);
    const answer = health.fetch(new Request("http://x/status"));
    expect([answer.status, answer.headers.get("health-state"), index.snapshot().state]).toEqual([
      503,
      "STALE",
      "STALE",
    ]);
  });

  test("a back-off refuses at once and starts nothing", async () => {
    const { clock, loader, index } = setUp();
    const first = watch(index.get());
    await clock.settle();
    loader.last.fail();
    await clock.settle();
    expect(first.error).toMatchObject({ reason: "failed" });
    await expect(index.get()).rejects.toMatchObject({ reason: "failed" });
    expect(loader.calls.length).toBe(1);
  });

  test("a caller's maxAge reloads first and is refused when the load fails", async () => {
    const { clock, loader, index } = setUp();
    await warmed(clock, index, () => loader.last.succeed(A));
    await clock.advance(10_000);
    const strict = watch(index.get({ maxAge: "5s" }));
    await clock.settle();
    loader.last.fail();
    await clock.settle();
    expect(strict.error).toMatchObject({ reason: "failed" });
    expect(await index.get()).toBe(A);
  });

  test("a bad maxAge is thrown at once, as in background mode, and starts nothing", () => {
    for (const refresh of [undefined, onRequest()]) {
      const health = createHealth({ clock: createVirtualClock(), ...(refresh && { refresh }) });
      const index = health.resource("index", { load: () => expect.fail("it loads") });
      for (const maxAge of ["bad", -1, NaN])
        expect(() => void index.get({ maxAge })).toThrow(/^health-state: maxAge is .*\. Pass a duration/);
    }
  });

  test("reload() and invalidate() work by requests alone", async () => {
    const { clock, loader, index } = setUp();
    await warmed(clock, index, () => loader.last.succeed(A));
    await clock.advance(3_000);
    index.invalidate();
    expect([index.snapshot().state, loader.calls.length]).toEqual(["STALE", 1]);
    const kept: Promise<unknown>[] = [];
    expect(await index.get({ waitUntil: (promise) => kept.push(promise) })).toBe(A);
    const reloaded = watch(index.reload());
    await clock.settle();
    loader.last.succeed(unchanged() as never);
    await clock.advance(25);
    expect(loader.calls.length).toBe(3);
    loader.last.succeed(B);
    await clock.settle();
    expect(reloaded.value).toMatchObject({ state: "READY", generation: 2, value: B });
  });

  test("close() and drain() end the wait of a request", async () => {
    for (const end of ["close", "drain"] as const) {
      const { clock, health, index } = setUp();
      const waiting = watch(index.get());
      const other = watch(index.get());
      await clock.settle();
      if (end === "close") await health.close();
      else health.drain();
      await clock.advance(61_000);
      const reason = end === "close" ? "closed" : expect.stringMatching(/draining|failed/);
      expect(waiting.error).toMatchObject({ reason });
      expect(other.error).toMatchObject({ reason });
      expect(clock.timers).toBe(0);
    }
  });

  test("a caller's signal ends its own wait and nobody else's", async () => {
    const { clock, loader, index } = setUp();
    const owner = watch(index.get());
    const controller = new AbortController();
    const other = watch(index.get({ signal: controller.signal }));
    await clock.settle();
    controller.abort();
    await clock.settle();
    expect(other.error).toMatchObject({ reason: "aborted" });
    loader.last.succeed(A);
    await clock.settle();
    expect(owner.value).toBe(A);
  });

  test("a caller's signal ends its wait for the load it runs itself, and the load goes on", async () => {
    const { clock, loader, index } = setUp();
    const controller = new AbortController();
    const kept: Promise<unknown>[] = [];
    const owner = watch(index.get({ signal: controller.signal, waitUntil: (promise) => kept.push(promise) }));
    await clock.settle();
    controller.abort();
    await clock.settle();
    expect(owner.error).toMatchObject({ reason: "aborted", state: "LOADING" });
    loader.last.succeed(A);
    await Promise.all(kept);
    expect([await index.get(), clock.timers]).toEqual([A, 0]);
  });

  test("whenReady() drives the loads and answers", async () => {
    const { clock, health, loader } = setUp();
    const ready = health.whenReady().then(() => "ready");
    const seen = watch(ready);
    await clock.settle();
    loader.last.fail();
    await clock.advance(2_000);
    expect(loader.calls.length).toBe(2);
    loader.last.succeed(A);
    await clock.advance(50);
    expect([seen.value, clock.timers]).toEqual(["ready", 0]);
  });

  test("whenReady() loads what readiness depends on, and what is not good enough, and nothing else", async () => {
    const { clock, health } = setUp();
    const loads: string[] = [];
    const load = (name: string) => (): object => {
      loads.push(name);
      return {};
    };
    health.resource("good", { load: load("good") });
    health.resource("other", { load: load("other"), required: false });
    void health.whenReady().catch(() => {});
    await clock.advance("1s");
    expect(loads).toEqual(["good"]);
    await health.close();
  });
});
