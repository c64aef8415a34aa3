import {
  createHealth,
  type Health,
  type HealthEvent,
  type Lease,
  type LoadContext,
  type Resource,
} from "../../src/index.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";
import type { Act, Setup } from "./command.ts";
import type { Entry } from "./entry.ts";
import { OneClock } from "./one-clock.ts";
import { Reference } from "./reference.ts";

export const TIMEOUT = 4_000;
export const DISPOSE_AFTER = 7_000;

/** A value; remembers what became of it. */
export interface Item {
  readonly id: number;
  readonly bad: boolean;
  disposed: number;
  outAt: number;
  leases: number;
}

export interface Load {
  readonly context: LoadContext;
  readonly settle: (how: "resolve" | "reject", result: unknown) => void;
  open: boolean;
  outcome: "running" | "freed" | "good" | "failed";
  /** What it failed with, where the test knows. */
  error: unknown;
}

export interface Promised {
  readonly kind: "get" | "reload" | "ready";
  readonly loadsBefore: number;
  readonly maxAge: number;
  open: boolean;
}

export const UNKNOWN = Symbol("an error of the library's own");

/** One resource, driven side by side with the reference; every claim that fails is a fault. */
export abstract class World {
  readonly clock: VirtualClock;
  readonly health: Health;
  readonly index: Resource<Item>;
  readonly ref = new Reference<Item>();
  readonly told: string[] = [];
  readonly faults: string[] = [];
  readonly loads: Load[] = [];
  readonly items: Item[] = [];
  readonly promised: Promised[] = [];
  readonly leases: { readonly item: Item; readonly lease: Lease<Item> }[] = [];
  readonly guests: { from: number; heard: string[]; leave: () => void; gone: boolean }[] = [];
  readonly setup: Setup;
  readonly one: OneClock;
  phase: "idle" | "running" | "draining" | "closed" = "idle";
  current: Load | undefined;
  /** When the next load may start at the earliest, and must at the latest. */
  plan: readonly [number, number] = [Infinity, Infinity];
  /** Somebody asked for a load since the last look. */
  demand = false;
  /** Time has jumped, and no timer has been set since. */
  late = false;
  refused: string | undefined;
  failed: { readonly error: unknown } | undefined;
  /** Every item that was the value once. */
  readonly was = new Set<Item>();
  /** A listener was told of the load, and the loader is yet to be called. */
  announced = false;

  constructor(setup: Setup) {
    this.setup = setup;
    let draw = 0;
    const random = (): number => setup.random[draw++ % setup.random.length] ?? 0;
    this.clock = createVirtualClock({ random, wall: setup.wall });
    this.one = new OneClock(this.clock.wall(), this.clock.monotonic());
    this.health = createHealth({ clock: this.clock });
    const never = (ms: number): number | "never" => (ms === Infinity ? "never" : ms);
    const { refreshEvery, staleAfter, refuseAfter } = setup.limits;
    this.index = this.health.resource<Item>("index", {
      load: (context) => this.called(context) as Promise<Item>,
      refreshEvery: never(refreshEvery),
      staleAfter: never(staleAfter),
      refuseAfter: never(refuseAfter),
      timeout: TIMEOUT,
      validate: (next) => {
        if (!next.bad) return setup.validate === "sync" ? true : Promise.resolve(true);
        return setup.validate === "sync" ? false : Promise.reject(new Error("bad"));
      },
      dispose: (item) => this.disposed(item),
      disposeAfter: DISPOSE_AFTER,
    });
    this.index.subscribe((event) => this.hear(event));
    this.index.subscribe((event) => this.react(event));
    this.index.snapshot(); // the first look at the clock, from which gains count
  }

  abstract act(act: Act): void;
  protected abstract called(context: LoadContext): Promise<unknown>;
  protected abstract hear(event: HealthEvent<Item>): void;
  protected abstract react(event: HealthEvent<Item>): void;

  protected disposed(item: Item): void {
    item.disposed++;
    this.fault(item !== this.ref.held?.value, "the value in use is disposed of");
    this.fault(item.leases === 0, "a value on loan is disposed of");
    const early = this.was.has(item) && this.phase !== "closed" && this.now < item.outAt + DISPOSE_AFTER;
    this.fault(!early, `item ${item.id} is disposed of too early`);
  }

  get now(): number {
    return this.one.sample(this.clock.wall(), this.clock.monotonic());
  }

  fault(claim: boolean, what: string): void {
    if (!claim) this.faults.push(what);
  }

  /** Writes down what happened, after what time alone has done. */
  log(entry: Entry<Item>): void {
    this.timeOut();
    this.#write(entry);
  }

  timeOut(): void {
    if (!this.ref.run || this.now < this.ref.run.at + TIMEOUT) return;
    this.free("failed");
    this.#write({ type: "failed" });
    this.failed = { error: UNKNOWN };
  }

  #write(entry: Entry<Item>): void {
    const { ref, now } = this;
    const { staleAfter } = this.setup.limits;
    const { run, held } = ref;
    ref.log(now, staleAfter, entry);
    if (run || held || ref.run) this.late = false;
    if (held?.value !== ref.held?.value) {
      if (held) held.value.outAt = now;
      if (ref.held) {
        ref.held.value.outAt = Infinity;
        this.was.add(ref.held.value);
      }
    }
    if (entry.type === "start" || entry.type === "invalidate" || (!run && !held)) return;
    if (entry.type === "unload") this.refused = undefined;
    this.#planAfter(entry, run, now);
  }

  #planAfter(entry: Entry<Item>, run: { at: number; invalidated: boolean } | undefined, now: number): void {
    const { refreshEvery: every, staleAfter } = this.setup.limits;
    const { ref } = this;
    if (ref.failures) {
      const most = Math.min(30_000, every, 1_000 * 2 ** (ref.failures - 1));
      const ms = (delay: number): number => Math.ceil(Math.min(3_600_000, delay * 2 ** this.abandoned));
      this.plan = [now + ms(Math.min(100, most)), now + ms(most)];
    } else if (entry.type === "unload" || !run || run.invalidated) this.plan = [now, now];
    else {
      const least = Math.max(run.at + every / 2, now + every / 10);
      const staleAt = ref.held ? ref.held.since + staleAfter : Infinity;
      const most = staleAt > now ? staleAt : Infinity;
      this.plan = [
        Math.max(least, Math.min(run.at + 0.9 * every, most)),
        Math.ceil(Math.max(least, Math.min(run.at + 1.1 * every, most))),
      ];
    }
    if (this.pending("reload") + this.pending("get")) this.demand = true;
  }

  get abandoned(): number {
    return this.loads.filter(({ open, outcome }) => open && outcome !== "running").length;
  }

  pending(kind: Promised["kind"]): number {
    return this.promised.filter((promised) => promised.open && promised.kind === kind).length;
  }

  free(outcome: "freed" | "failed"): void {
    this.announced = false;
    if (!this.current) return;
    this.current.outcome = outcome;
    this.current.error = UNKNOWN;
    this.current = undefined;
  }
}
