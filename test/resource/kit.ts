import {
  createHealth,
  type Health,
  type ResourceEvent,
  type HealthOptions,
  type Resource,
  type ResourceOptions,
} from "../../src/index.ts";
import {
  createScriptedLoader,
  createVirtualClock,
  type ScriptedLoader,
  type VirtualClock,
} from "../../src/testing/index.ts";

/** A value with an identity of its own. */
export interface Item {
  readonly id: string;
}

export interface Kit {
  readonly clock: VirtualClock;
  readonly health: Health;
  readonly loader: ScriptedLoader<unknown>;
  readonly index: Resource<Item>;
  /** Every event told, as `type from>state`. */
  readonly events: string[];
  readonly disposed: Item[];
  item(id?: string): Item;
  /** Ends the running load with a value, and gives it. */
  load(id?: string): Promise<Item>;
  fail(error?: unknown): Promise<void>;
  /** Starts the health and loads a first value. */
  ready(): Promise<Item>;
  /** What is left: loads that own the slot, timers, and those that hold the process. */
  left(): { readonly timers: number; readonly holding: number };
}

export interface KitOptions {
  readonly health?: HealthOptions;
  readonly wall?: number;
  readonly random?: () => number;
  readonly required?: boolean;
}

/** A health with one resource, `index`, whose loads the test ends. */
export function createKit(options: Partial<ResourceOptions<Item>> = {}, made: KitOptions = {}): Kit {
  const { wall, random } = made;
  const clock = createVirtualClock({ ...(wall !== undefined && { wall }), ...(random && { random }) });
  const health = createHealth({ clock, ...made.health });
  const loader = createScriptedLoader<unknown>();
  const events: string[] = [];
  const disposed: Item[] = [];
  let count = 0;
  const index = health.resource<Item>("index", {
    // SAFETY: tests of the loader's faults return what the type forbids.
    load: loader.load as ResourceOptions<Item>["load"],
    dispose: (item) => disposed.push(item),
    ...options,
  });
  index.subscribe(({ type, from, state }: ResourceEvent) => {
    if (["transition", "load"].includes(type)) events.push(`${type} ${from}>${state}`);
  });
  const item = (id = `item-${++count}`): Item => ({ id });
  const kit: Kit = {
    clock,
    health,
    loader,
    index,
    events,
    disposed,
    item,
    async load(id) {
      const value = item(id);
      await clock.settle();
      loader.last.succeed(value);
      await clock.settle();
      return value;
    },
    async fail(error = new Error("the source is down")) {
      await clock.settle();
      loader.last.fail(error);
      await clock.settle();
    },
    async ready() {
      health.start();
      await clock.settle();
      return kit.load();
    },
    left: () => ({ timers: clock.timers, holding: clock.holding }),
  };
  return kit;
}

/** What a promise came to: its value, or what it rejected with; `PENDING` while it has not settled. */
export async function outcome(promise: Promise<unknown>): Promise<unknown> {
  return Promise.race([
    promise.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
    new Promise((resolve) => setImmediate(resolve, PENDING)),
  ]);
}
export const PENDING = "pending";
