import { createHealth, onRequest, type Health, type Resource, type ResourceOptions } from "../../src/index.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";

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
