import { expect } from "vitest";
import { createHealth, onRequest, type Health, type Resource, type ResourceOptions } from "../../src/index.ts";
import { createScriptedLoader, createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";

export interface Value {
  readonly name: string;
}

export function setUp(
  options: { readonly lease?: string; readonly probeWait?: string; readonly refuseAfter?: string } = {},
) {
  const clock = createVirtualClock();
  const { refuseAfter = "5m", ...mode } = options;
  const health = createHealth({ clock, refresh: onRequest(mode) });
  const loader = createScriptedLoader<Value>();
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
export function watch<T>(promise: Promise<T>): { value?: T; error?: unknown } {
  const seen: { value?: T; error?: unknown } = {};
  promise.then(
    (value) => (seen.value = value),
    (error: unknown) => (seen.error = error),
  );
  return seen;
}

export async function warmed(
  clock: VirtualClock,
  index: { get(): Promise<Value> },
  succeed: () => void,
): Promise<void> {
  const first = watch(index.get());
  await clock.settle();
  succeed();
  await clock.advance(25);
  expect(first.value).toBeDefined();
}

export const A: Value = { name: "A" };
export const B: Value = { name: "B" };

/** How long a timed load takes, in ms. */
export const LOAD_MS = 100;

export interface Timed {
  readonly clock: VirtualClock;
  readonly health: Health;
  readonly index: Resource<unknown>;
  /** How many loads began. */
  readonly loads: number;
  /** Asks as many times at once; gives how long each answer took, with its reason where it is a refusal. */
  ask(times: number, question: () => Promise<unknown>): Promise<string[]>;
}

/** A health in request mode whose every load takes 100 ms, and gives what `result` says of its number. */
export function timed(result: (load: number) => unknown, options: Partial<ResourceOptions<unknown>> = {}): Timed {
  const clock = createVirtualClock();
  const health = createHealth({ clock, refresh: onRequest() });
  let loads = 0;
  const index = health.resource<unknown>("index", {
    refreshEvery: "30s",
    ...options,
    async load() {
      const load = ++loads;
      await new Promise<void>((resolve) => clock.setTimer(resolve, LOAD_MS, true));
      return result(load);
    },
  });
  return {
    clock,
    health,
    index,
    get loads() {
      return loads;
    },
    async ask(times, question) {
      const from = clock.monotonic();
      const answers: string[] = [];
      const say = (what: string): unknown => answers.push(`${what} ${clock.monotonic() - from}`);
      for (let asked = 0; asked < times; asked++)
        void question().then(
          () => say("answered"),
          (error: { readonly reason?: string; readonly message: string }) => say(error.reason ?? error.message),
        );
      await clock.advance(20_000);
      return answers;
    },
  };
}
