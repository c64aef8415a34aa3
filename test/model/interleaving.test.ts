import fc from "fast-check";
import { expect, test } from "vitest";
import { borrow, createHealth, loaded, type Lease } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";

const RUNS = Math.ceil(Number(process.env["RUNS"] ?? 20_000) / 4);

const rejections: unknown[] = [];
process.on("unhandledRejection", (reason) => rejections.push(reason));

type Step = "start" | "reload" | "get" | "young" | "invalidate" | "unload" | "borrow" | "release" | "advance" | "close";
interface Item {
  readonly load: number;
  readonly bad: boolean;
  disposed: number;
}

const step = fc.tuple(
  fc.oneof(
    {
      weight: 20,
      arbitrary: fc.constantFrom<Step>(
        "reload",
        "reload",
        "get",
        "young",
        "invalidate",
        "unload",
        "borrow",
        "release",
        "advance",
      ),
    },
    { weight: 1, arbitrary: fc.constantFrom<Step>("start", "close") },
  ),
  fc.nat(3),
);

async function interleave(
  scheduler: fc.Scheduler,
  steps: readonly (readonly [Step, number])[],
  bad: readonly boolean[],
): Promise<void> {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const items: Item[] = [];
  const leases: Lease<Item>[] = [];
  const chain: string[] = [];
  const faults: string[] = [];
  /** The loads that are not over, validation included. */
  const running = new Map<number, AbortSignal>();
  let loads = 0;
  const fault = (holds: boolean, what: string): unknown => holds || faults.push(what);
  const index = health.resource("index", {
    load: async ({ signal }) => {
      const load = ++loads;
      fault(
        [...running.values()].every(({ aborted }) => aborted),
        "two loads at once",
      );
      running.set(load, signal);
      await scheduler.schedule(Promise.resolve(), `load ${load}`);
      const item: Item = { load, bad: bad[load % bad.length] ?? false, disposed: 0 };
      items.push(item);
      return loaded(item, { revision: String(load) });
    },
    validate: async ({ load, bad: isBad }) => {
      await scheduler.schedule(Promise.resolve(), `validate ${load}`);
      running.delete(load);
      return !isBad;
    },
    dispose: async (item) => {
      item.disposed++;
      fault(item !== index.peek(), "the value in use is disposed of");
      fault(
        leases.every(({ value }) => value !== item),
        "a value on loan is disposed of",
      );
      await scheduler.schedule(Promise.resolve(), `dispose ${item.load}`);
    },
    refreshEvery: "10s",
    timeout: "4s",
    disposeAfter: "7s",
  });
  index.subscribe(({ type, from, state }) => {
    if (type === "disposed" || type === "leased") return;
    if (type !== "current") fault(from === (chain.at(-1) ?? "NOT_LOADED"), `${from} after ${chain.at(-1)}`);
    chain.push(state);
  });
  const promised = new Set<Promise<unknown>>();
  const track = (promise: Promise<unknown>): void => {
    promised.add(promise);
    promise.then(
      () => promised.delete(promise),
      () => promised.delete(promise),
    );
  };
  const acts: Readonly<Record<Step, () => unknown>> = {
    start: health.start,
    reload: () => track(index.reload()),
    get: () => track(index.get()),
    young: () => track(index.get({ maxAge: "1s" })),
    invalidate: () => index.invalidate(),
    unload: () => index.unload(),
    borrow: () => [borrow(index)].forEach((lease) => lease && leases.push(lease)),
    release: () => leases.shift()?.release(),
    advance: () => clock.advance(2_000),
    close: () => void health.close(),
  };
  let newest = 0;
  for (const [name, some] of steps) {
    await acts[name]();
    for (let open = some; open && scheduler.count(); open--) await scheduler.waitOne();
    await clock.settle();
    const { state, value } = index.snapshot();
    fault((value !== undefined) === (state === "READY" || state === "STALE"), `${state} with ${value?.load}`);
    fault(!value?.disposed && !value?.bad, "a value that is disposed of or refused");
    fault(value === undefined || value.load >= newest, "an older load overwrote a newer value");
    fault(!chain.length || chain.at(-1) === state, `told ${chain.at(-1)} where it is ${state}`);
    newest = value?.load ?? newest;
    expect(faults).toEqual([]);
  }
  const closed = health.close();
  while (leases.length) leases.shift()?.release();
  // A disposal is called later than what makes it due, so the first pass may bring more to wait for.
  do {
    while (scheduler.count()) await scheduler.waitOne();
    await clock.settle();
  } while (scheduler.count());
  await closed;
  expect({ timers: clock.timers, waiting: promised.size, faults }).toEqual({ timers: 0, waiting: 0, faults: [] });
  expect(items.filter(({ disposed }) => disposed !== 1)).toEqual([]);
}

test(
  "in whatever order the promises of loaders, validators and disposals settle, the newest load wins and nothing leaks",
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(step, { maxLength: 25, size: "max" }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
        interleave,
      ),
      { numRuns: RUNS },
    );
    expect(rejections).toEqual([]);
  },
  60_000 + RUNS * 20,
);
