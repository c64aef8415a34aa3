import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createHealth, loaded, unchanged, type Health, type ResourceOptions } from "../../src/index.ts";
import { messageOf, printFailure, printOldData, printRecovery } from "../../src/resource/print.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";

let printed: string[] = [];

beforeEach(() => {
  printed = [];
  vi.spyOn(console, "warn").mockImplementation((text: string) => void printed.push(text));
});
afterEach(() => void vi.restoreAllMocks());

const ONCE = "This is printed once; health.subscribe() receives every attempt.";
const failure = (message: string, next = "The next attempt is in 0.6 s.", attempt = 1): string =>
  `health-state: loading "index" failed at attempt ${attempt}: ${message}. ${next} ${ONCE}`;
const RECOVERY = 'health-state: loading "index" succeeded again.';
const old = (seconds: number): string =>
  `health-state: "index" loads data that is ${seconds} s old, more than staleAfter. This is printed once.`;

test("a failed load is printed with its attempt, its message, and when the next one starts", () => {
  printFailure("index", { attempt: 2, error: new Error("down"), nextInMs: 1_201 });
  printFailure("index", { attempt: 3, error: "down", nextInMs: 0 });
  printFailure("index", { attempt: 4, error: new Error("a\nb"), nextInMs: Infinity });
  printOldData("index", 70_001);
  printRecovery("index");
  expect(printed).toEqual([
    failure("down", "The next attempt is in 1.3 s.", 2),
    failure("down", "The next attempt is in 0 s.", 3),
    failure("a\\u000ab", "No further attempt is planned.", 4),
    old(70.1),
    RECOVERY,
  ]);
});

test("an error without a message is named by its code, or by its name, and one that throws by neither", () => {
  const coded = Object.assign(new Error(""), { code: "ECONNREFUSED" });
  const thorny = Object.defineProperty(new Error("x"), "message", {
    get: () => {
      throw new Error("leave me alone");
    },
  });
  expect([new Error("said"), coded, new RangeError(""), 5, thorny, Object.create(null)].map(messageOf)).toEqual([
    "said",
    "ECONNREFUSED",
    "RangeError",
    "5",
    "an error that cannot be shown",
    "an error that cannot be shown",
  ]);
});

test("the cause of an error is told too, because fetch of Node tells only there why it failed", () => {
  const refused = Object.assign(new AggregateError([new Error("::1"), new Error("127.0.0.1")], ""), {
    code: "ECONNREFUSED",
  });
  const quoting = Object.assign(new Error("not valid JSON"), { code: "HS_SOURCE", cause: new SyntaxError("secret") });
  const causes = [refused, new Error("getaddrinfo ENOTFOUND x"), "told in words", undefined, 0];
  expect(causes.map((cause) => messageOf(new TypeError("fetch failed", { cause })))).toEqual([
    "fetch failed (ECONNREFUSED)",
    "fetch failed (getaddrinfo ENOTFOUND x)",
    "fetch failed",
    "fetch failed",
    "fetch failed",
  ]);
  expect(messageOf(new Error("no rates: down", { cause: new Error("down") }))).toBe("no rates: down");
  expect(messageOf(quoting)).toBe("not valid JSON");
});

interface World {
  readonly clock: VirtualClock;
  readonly health: Health;
  /** Loads what the function gives or throws, now. */
  load(next: () => object): Promise<void>;
}

function createWorld(options: Partial<ResourceOptions<object>> = {}): World {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  let load = (): object => ({});
  const index = health.resource<object>("index", {
    staleAfter: "60s",
    refreshEvery: "never",
    load: () => load(),
    ...options,
  });
  return {
    clock,
    health,
    async load(next) {
      load = next;
      await clock.settle();
      index.reload().catch(() => {});
      await clock.settle();
    },
  };
}

const down = (): never => {
  throw new Error("down");
};

test("failures that follow each other are printed once, and so is their end", async () => {
  const { health, load } = createWorld();
  for (const next of [down, down, () => ({}), () => ({}), down]) await load(next);
  expect(printed).toEqual([failure("down"), RECOVERY, failure("down")]);
  await health.close();
});

test("data that is old on arrival is printed once until younger data comes", async () => {
  const { clock, health, load } = createWorld();
  const aged = (ms: number) => (): object => loaded({}, { asOf: clock.wall() - ms });
  for (const ms of [60_000, 60_001, 90_000, 60_000, 70_000]) await load(aged(ms));
  expect(printed).toEqual([old(60.1), old(70)]);
  await health.close();
});

test("old data after a failure is printed beside the recovery, and a failure after old data too", async () => {
  const { clock, health, load } = createWorld();
  const aged = (): object => loaded({}, { asOf: clock.wall() - 70_000 });
  for (const next of [down, aged, down]) await load(next);
  expect(printed).toEqual([failure("down"), RECOVERY, old(70), failure("down")]);
  await health.close();
});

test("data without an asOf is not old on arrival, however long its load took", async () => {
  const { clock, health, load } = createWorld({ staleAfter: "1s" });
  await load(() => new Promise((resolve) => void clock.setTimer(() => resolve({}), 5_000, true)));
  await clock.advance("5s");
  expect([health.snapshot().resources[0]?.state, printed]).toEqual(["STALE", []]);
  await health.close();
});

test("unchanged() of the refused revision prints nothing, because it ends no failure and is none", async () => {
  const { health, load } = createWorld({ validate: (value) => !("bad" in value) });
  await load(() => ({}));
  await load(() => loaded({ bad: true }, { revision: "2" }));
  await load(() => unchanged({ revision: "2" }) as never);
  expect(printed).toEqual([failure("validate returned false for the new value", "The next attempt is in 0.6 s.")]);
  await load(() => ({}));
  expect(printed.slice(1)).toEqual([RECOVERY]);
  await health.close();
});

test("a listener of the user hears it, and what he has heard is not printed when he leaves", async () => {
  const { health, load } = createWorld();
  const leave = health.subscribe(() => {});
  await load(down);
  leave();
  await load(() => ({}));
  expect(printed).toEqual([]);
  await load(down);
  expect(printed).toEqual([failure("down")]);
  await health.close();
});

test("unchanged() of the refused revision prints nothing, also after a listener that heard of it has left", async () => {
  const { health, load } = createWorld({ validate: (value) => !("bad" in value) });
  const leave = health.subscribe(() => {});
  await load(() => ({}));
  await load(() => loaded({ bad: true }, { revision: "2" }));
  leave();
  await load(() => unchanged({ revision: "2" }) as never);
  expect(printed).toEqual([]);
  await health.close();
});

test("a listener of the resource silences it as well", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const index = health.resource("index", { load: down });
  index.subscribe(() => {});
  health.start();
  await clock.settle();
  expect(printed).toEqual([]);
  await health.close();
});

test("an error whose code only contains HS_ is told with its cause", () => {
  const error = Object.assign(new Error("no rates"), { code: "MY_HS_1", cause: new Error("refused") });
  expect(messageOf(error)).toBe("no rates (refused)");
});

test("of an error that is its own cause, or of a long chain, four causes are told", () => {
  const own = new Error("down");
  const other = new Error("lost", { cause: own });
  own.cause = other;
  expect(messageOf(own)).toBe("down (lost (down (lost (down))))");
  const chain = [5, 4, 3, 2, 1].reduce((cause, at) => new Error(`e${at}`, { cause }), new Error("e6"));
  expect(messageOf(chain)).toBe("e1 (e2 (e3 (e4 (e5))))");
});
