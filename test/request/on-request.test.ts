import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createGuard, createHealth, NotReadyError, onRequest, unchanged, warm } from "../../src/index.ts";
import { createScriptedLoader, createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";

interface Value {
  readonly name: string;
}

function setUp(options: { readonly lease?: string; readonly probeWait?: string; readonly refuseAfter?: string } = {}) {
  const clock = createVirtualClock();
  const { refuseAfter = "5m", ...mode } = options;
  const health = createHealth({ clock, refresh: onRequest(mode) });
  const loader = createScriptedLoader<Value | ReturnType<typeof unchanged>>();
  const index = health.resource<Value>("index", {
    load: (context) => loader.load(context),
    refreshEvery: "30s",
    staleAfter: "65s",
    refuseAfter,
    timeout: "1m",
  });
  return { clock, health, loader, index };
}

/** What a promise has come to, as far as it has. */
function watch<T>(promise: Promise<T>): { value?: T; error?: unknown } {
  const seen: { value?: T; error?: unknown } = {};
  promise.then(
    (value) => (seen.value = value),
    (error: unknown) => (seen.error = error),
  );
  return seen;
}

async function warmed(clock: VirtualClock, index: { get(): Promise<Value> }, succeed: () => void): Promise<void> {
  const first = watch(index.get());
  await clock.settle();
  succeed();
  await clock.advance(25);
  expect(first.value).toBeDefined();
}

const A: Value = { name: "A" };
const B: Value = { name: "B" };

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

  test("a refresh that gives null is answered with null", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock, refresh: onRequest() });
    const values: (string | null)[] = ["old", null];
    const index = health.resource<string | null>("index", { load: () => values.shift() ?? null, refreshEvery: "5s" });
    expect(await index.get()).toBe("old");
    await clock.advance(6_000);
    expect([await index.get(), index.peek()]).toEqual([null, null]);
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

  test("a load whose request was cancelled is taken over when its lease expires, and counts as no failure", async () => {
    const { clock, loader, index } = setUp({ lease: "5s" });
    // The request's work is gone without a word: its timers with it.
    const cancelled = createVirtualClock();
    const real = clock.setTimer;
    clock.setTimer = cancelled.setTimer;
    void index.get().catch(() => {});
    await clock.settle();
    clock.setTimer = real;
    const second = watch(index.get());
    await clock.advance(4_900);
    expect(loader.calls.length).toBe(1);
    await clock.advance(200);
    expect(loader.calls.length).toBe(2);
    expect(loader.last.context.attempt).toBe(1);
    loader.last.succeed(B);
    await clock.settle();
    expect(second.value).toBe(B);
    loader.calls[0]?.succeed(A);
    await clock.settle();
    expect([index.peek(), index.snapshot().abandoned, index.snapshot().lastError]).toEqual([B, 0, undefined]);
  });

  test("a load is taken over even where the signal of a request that is gone cannot be aborted", async () => {
    // As workerd does: what was made in one request is out of reach for the next.
    vi.stubGlobal(
      "AbortController",
      class extends AbortController {
        override abort(): void {
          throw new Error("Cannot perform I/O on behalf of a different request.");
        }
      },
    );
    onTestFinished(() => void vi.unstubAllGlobals());
    const { clock, loader, index } = setUp();
    void index.get().catch(() => {});
    await clock.settle();
    clock.freeze(10_000);
    const next = watch(index.get());
    await clock.advance(25);
    loader.last.succeed(B);
    await clock.advance(25);
    expect([next.value, next.error, loader.calls.length]).toEqual([B, undefined, 2]);
    index.invalidate();
    const kept: Promise<unknown>[] = [];
    await index.get({ waitUntil: (promise) => kept.push(promise) });
    expect(() => index.unload()).not.toThrow();
    expect(index.snapshot().state).toBe("NOT_LOADED");
  });

  test("an isolate that froze half-way through a load takes the load over after the thaw", async () => {
    const { clock, health, loader, index } = setUp();
    void index.get().catch(() => {});
    await clock.settle();
    clock.freeze(3_600_000);
    expect(health.fetch(new Request("http://x/status")).status).toBe(503);
    await clock.settle();
    const next = watch(index.get());
    await clock.settle();
    expect(loader.calls.length).toBe(2);
    loader.last.succeed(B);
    await clock.advance(25);
    expect(next.value).toBe(B);
  });

  test("a slow load keeps its lease while its request lives, and ends at its timeout", async () => {
    const { clock, loader, index } = setUp({ lease: "5s" });
    const slow = watch(index.get());
    const other = watch(index.get());
    await clock.advance(59_000);
    expect(loader.calls.length).toBe(1);
    await clock.advance(2_000);
    expect(slow.error).toBeInstanceOf(NotReadyError);
    expect(other.error).toBeInstanceOf(NotReadyError);
    expect(index.snapshot().attempt).toBe(2);
    expect(clock.timers).toBe(0);
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
        expect(() => void index.get({ maxAge })).toThrow(/^health-state: maxAge is .*; it must be a duration/);
    }
  });

  test("reload() and invalidate() work by requests alone", async () => {
    const { clock, loader, index } = setUp();
    await warmed(clock, index, () => loader.last.succeed(A));
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
});

describe("probes and guards in request mode", () => {
  test("a probe by itself starts nothing; warm() starts the one due load through waitUntil", async () => {
    const { clock, health, loader } = setUp();
    expect(health.fetch(new Request("http://x/status")).status).toBe(503);
    await clock.settle();
    expect(loader.calls.length).toBe(0);
    const kept: Promise<unknown>[] = [];
    await warm(health, (promise) => kept.push(promise));
    await warm(health, (promise) => kept.push(promise));
    expect([kept.length, loader.calls.length, health.fetch(new Request("http://x/status")).status]).toEqual([
      1, 1, 503,
    ]);
    loader.last.succeed(A);
    await Promise.all(kept);
    expect(health.fetch(new Request("http://x/status")).status).toBe(200);
  });

  test("with probeWait a probe waits for the load it starts, and no longer", async () => {
    for (const [after, status] of [
      [1_000, 200],
      [3_000, 503],
    ] as const) {
      const { clock, health, loader } = setUp({ probeWait: "2s" });
      const answered = watch(
        Promise.resolve(warm(health)).then(() => health.fetch(new Request("http://x/status")).status),
      );
      await clock.advance(Math.min(after, 1_999));
      expect(answered.value).toBeUndefined();
      if (status === 200) loader.last.succeed(A);
      await clock.advance(after);
      expect(answered.value).toBe(status);
    }
  });

  test("warm() does nothing in background mode", async () => {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    expect(warm(health)).toBeUndefined();
    expect(clock.timers).toBe(0);
  });

  test("a guard waits as long as the load may take, and hands waitUntil on", async () => {
    const { clock, loader, index } = setUp();
    const guard = createGuard(index);
    const kept: Promise<unknown>[] = [];
    const decided = watch(Promise.resolve(guard(() => (promise) => kept.push(promise))));
    await clock.settle();
    expect([kept.length, "value" in decided]).toEqual([1, false]);
    loader.last.succeed(A);
    await clock.settle();
    expect(decided).toEqual({ value: undefined });
    await clock.advance(31_000);
    expect(await guard(() => (promise) => kept.push(promise))).toBeUndefined();
    expect([kept.length, loader.calls.length]).toEqual([2, 2]);
    loader.last.succeed(B);
    await Promise.all(kept);
  });

  test("a guard waits no longer than its wait, and one that waits for nothing refuses at once and starts the load", async () => {
    for (const wait of [0, "100ms"] as const) {
      const { clock, loader, index } = setUp();
      const guard = createGuard(index, { wait });
      const kept: Promise<unknown>[] = [];
      const decided = watch(Promise.resolve(guard(() => (promise) => kept.push(promise))));
      await clock.advance(wait === 0 ? 0 : 99);
      expect("value" in decided).toBe(wait === 0);
      await clock.advance(1);
      expect([decided.value?.status, kept.length, loader.calls.length]).toEqual([503, 1, 1]);
      loader.last.succeed(A);
      await Promise.all(kept);
      expect([await guard(), clock.timers]).toEqual([undefined, 0]);
    }
  });

  test("a guard of many resources has no signal with more listeners than Node takes for a leak", async () => {
    for (const refresh of [undefined, onRequest()]) {
      const added = new Map<EventTarget, number>();
      const { addEventListener } = AbortSignal.prototype;
      vi.spyOn(AbortSignal.prototype, "addEventListener").mockImplementation(function (this: AbortSignal, ...given) {
        added.set(this, (added.get(this) ?? 0) + 1);
        // SAFETY: handed on as it came.
        (addEventListener as (...given: unknown[]) => void).apply(this, given);
      });
      onTestFinished(() => void vi.restoreAllMocks());
      const clock = createVirtualClock();
      const health = createHealth({ clock, ...(refresh && { refresh }) });
      const resources = Array.from({ length: 25 }, (_, place) =>
        health.resource(`index-${place}`, { load: () => new Promise<Value>(() => {}) }),
      );
      const decided = watch(Promise.resolve(createGuard(resources, { wait: "10ms" })()));
      void health.whenReady({ signal: new AbortController().signal });
      await clock.settle();
      expect([added.size > 0, Math.max(...added.values()) <= 10]).toEqual([true, true]);
      await clock.advance(10);
      expect(decided.value?.status).toBe(503);
      vi.restoreAllMocks();
    }
  });
});
