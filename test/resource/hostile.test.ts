import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createHealth, loaded, unchanged, type ResourceOptions } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";

// Things that throw when they are looked at. A loader may throw or return them all the same.

/** Nobody may use it any more. */
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** It throws for every name that it does not have, as the models of some libraries do. */
function strict(): object {
  return new Proxy({ id: 1 } as object, {
    get(target, name, receiver): unknown {
      if (name !== "then" && !Reflect.has(target, name)) throw new RangeError(`there is no ${String(name)}`);
      return Reflect.get(target, name, receiver);
    },
  });
}

/** It throws whatever is done with it. */
function thorny(): object {
  const refuse = (): never => {
    throw new RangeError("leave me alone");
  };
  return new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse, ownKeys: refuse });
}

const HOSTILE = { revoked, strict, thorny };

const rejections: unknown[] = [];
const note = (reason: unknown): unknown => rejections.push(reason);
beforeAll(() => void process.on("unhandledRejection", note));
afterAll(() => void process.off("unhandledRejection", note));

/** The first call throws, and the next ones give a value. */
function thrower(make: () => unknown): () => number {
  let calls = 0;
  return () => {
    if (calls++ === 0) throw make();
    return 1;
  };
}

type Options = Pick<ResourceOptions<number>, "load" | "validate">;

const WAYS: Readonly<Record<string, (make: () => unknown) => Options>> = {
  throws: (make) => ({ load: thrower(make) }),
  "rejects with": (make) => {
    const load = thrower(make);
    return { load: async () => load() };
  },
  "is followed by a check that throws": (make) => {
    const check = thrower(make);
    return { load: () => 1, validate: () => void check() };
  },
};

test.each(
  Object.entries(WAYS).flatMap(([way, optionsOf]) =>
    Object.entries(HOSTILE).map(([name, make]) => [`${way} what is ${name}`, optionsOf(make)] as const),
  ),
)("a loader that %s fails its load, is printed, and is called again", async (_, options) => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const index = health.resource("index", options);
  const reason = health.whenReady().catch(() => {});
  await clock.settle();
  expect(index.snapshot()).toMatchObject({ state: "NOT_LOADED", attempt: 2 });
  expect(warn.mock.calls.map(String)).toEqual([expect.stringContaining('loading "index" failed at attempt 1')]);
  await clock.advance("2s");
  expect(index.snapshot()).toMatchObject({ state: "READY", lastError: undefined });
  await reason;
  await health.close();
  warn.mockRestore();
  await new Promise((resolve) => setImmediate(resolve));
  expect(rejections).toEqual([]);
});

test("a Proxy that throws for every name that it does not have is data, bare and in loaded()", async () => {
  for (const wrap of [(value: object): object => value, loaded]) {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    const value = strict();
    const index = health.resource<object>("index", { load: () => wrap(value) });
    expect(await index.get()).toBe(value);
    expect(index.snapshot().state).toBe("READY");
    await health.close();
  }
});

test("what loaded() or unchanged() made is no data inside loaded()", async () => {
  for (const inner of [loaded({ id: 1 }), unchanged(), Promise.resolve(loaded({ id: 1 }))]) {
    const clock = createVirtualClock();
    const health = createHealth({ clock });
    health.subscribe(() => {});
    const index = health.resource<object>("index", { load: () => loaded<object>(inner, { revision: "1" }) });
    await expect(index.reload()).rejects.toMatchObject({
      code: "HS_NO_DATA",
      message: expect.stringContaining("Return that result"),
    });
    expect([index.peek(), index.snapshot().state]).toEqual([undefined, "NOT_LOADED"]);
    await health.close();
  }
});

test("a console that throws disturbs no load", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {
    throw new Error("EPIPE");
  });
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const index = health.resource("index", { load: thrower(() => new Error("down")) });
  await expect(index.get()).rejects.toMatchObject({ reason: "failed" });
  await clock.advance("2s");
  expect([warn.mock.calls.length, index.peek()]).toEqual([2, 1]);
  await health.close();
  warn.mockRestore();
});
