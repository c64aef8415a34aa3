import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createHealth, createStore, loaded, type Health, type Resource, type Saved } from "../../src/index.ts";
import { logTo, type LogEntry } from "../../src/log/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";

let printed: string[] = [];

beforeEach(() => {
  printed = [];
  vi.spyOn(console, "warn").mockImplementation((text: string) => void printed.push(text));
});
afterEach(() => void vi.restoreAllMocks());

const FAILURE = (reason: string): string =>
  `health-state: the store of "rates" failed: ${reason}. This is printed once until it works.`;
const RECOVERY = 'health-state: the store of "rates" works again.';

interface World {
  readonly health: Health;
  readonly rates: Resource<number>;
  /** Loads a new value, while the store answers by this. */
  save(answer: () => Saved): Promise<void>;
}

/** A resource whose store does what the test says. */
function createWorld(): World {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  let act = (): Saved => undefined;
  let value = 0;
  const write = async (): Promise<Saved> => act();
  const rates = health.resource("rates", {
    load: () => loaded(++value),
    lastKnownGood: createStore<number>({
      restore: () => Promise.resolve(undefined),
      save: write,
      stamp: write,
      remove: async () => void (await write()),
    }),
  });
  return {
    health,
    rates,
    async save(answer) {
      act = answer;
      await rates.reload();
      await clock.settle();
    },
  };
}

const full = (): never => {
  throw new Error("ENOSPC: no space left\non device");
};
const works = (): undefined => undefined;
const REASON = "ENOSPC: no space left\\u000aon device";

test("saves that fail after each other are printed once, and so is their end", async () => {
  const { save } = createWorld();
  for (const answer of [works, full, full, works, works, full]) await save(answer);
  expect(printed).toEqual([FAILURE(REASON), RECOVERY, FAILURE(REASON)]);
});

test("a save that was left out on purpose is no failure, and ends none", async () => {
  const { save } = createWorld();
  const skips = (): Saved => ({ skipped: "a newer value is stored" });
  for (const answer of [skips, full, skips, full]) await save(answer);
  expect(printed).toEqual([FAILURE(REASON)]);
});

test("what is stored and cannot be removed is printed", async () => {
  const { rates, save } = createWorld();
  await save(works);
  await save(works);
  rates.unload();
  await save(full);
  expect(printed).toEqual([FAILURE(REASON)]);
});

test("a listener of the user hears it, and so does logTo()", async () => {
  const heard = createWorld();
  const results: unknown[] = [];
  heard.health.subscribe((event) => {
    if (event.type === "save") results.push(event.result);
  });
  for (const answer of [full, works]) await heard.save(answer);
  const logged = createWorld();
  const lines: string[] = [];
  const write = ({ message }: LogEntry): void => void lines.push(message);
  logTo(logged.health, { info: write, warn: write, error: write });
  for (const answer of [full, works]) await logged.save(answer);
  expect([printed, results]).toEqual([[], ["failed", "saved"]]);
  expect(lines).toContainEqual(expect.stringContaining('saving "rates" failed: ENOSPC'));
});

test("a failure after the last listener has left is printed", async () => {
  const { rates, save } = createWorld();
  const off = rates.subscribe(() => {});
  await save(full);
  off();
  await save(full);
  expect(printed).toEqual([FAILURE(REASON)]);
});
