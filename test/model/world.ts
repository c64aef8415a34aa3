import {
  createHealth,
  type Health,
  type ResourceEvent,
  type Lease,
  type LoadContext,
  type Resource,
} from "../../src/index.ts";
import { managedResourceOf } from "../../src/resource/managed-resource-of.ts";
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
  /** The number of its run. */
  readonly run: number;
  readonly context: LoadContext;
  readonly settle: (how: "resolve" | "reject", result: unknown) => void;
  open: boolean;
  outcome: "running" | "freed" | "good" | "failed";
  /** What it failed with, where the test knows. */
  error: unknown;
}

export interface Promised {
  readonly kind: "get" | "reload" | "ready";
  /** The run that had started last when it was asked for. A run that was given up early never calls its loader. */
  readonly runsBefore: number;
  readonly maxAge: number;
  open: boolean;
}

/** The bounds of a wait after a failure. */
interface Retry {
  readonly at: number;
  readonly most: number;
  readonly cap: number;
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
  lastStartedAt = -Infinity;
  /** When the run began that ended last. */
  endedRunAt = -Infinity;
  #startedBy = 0;
  /** The wait after the last failure. */
  retry: Retry | undefined;
  /** Somebody asked for a load since the last look. */
  demand = false;
  /** Time has jumped, and no timer has been set since. */
  late = false;
  refused: string | undefined;
  failed: { readonly error: unknown } | undefined;
  /** Every item that was the value once. */
  readonly was = new Set<Item>();

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
  protected abstract hear(event: ResourceEvent<Item>): void;
  protected abstract react(event: ResourceEvent<Item>): void;

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

  /** Writes down that a load has taken the slot. Its loader is called later, and what happens until then is after the start. */
  noteStart(): void {
    if (!managedResourceOf(this.index).slot.run || this.ref.run) return;
    this.fault(this.phase === "running", `a load while ${this.phase}`);
    this.log({ type: "start" });
  }

  /** Writes down what happened, after what time alone has done. */
  log(entry: Entry<Item>): void {
    this.timeOut();
    this.#write(entry);
  }

  timeOut(): void {
    if (!this.ref.run || this.timeoutIn > 0) return;
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
    if (run && !ref.run) this.endedRunAt = run.at;
    if (held?.value !== ref.held?.value) {
      if (held) held.value.outAt = now;
      if (ref.held) {
        ref.held.value.outAt = Infinity;
        this.was.add(ref.held.value);
      }
    }
    if (entry.type === "start") {
      this.lastStartedAt = now;
      this.#startedBy = this.clock.monotonic();
    }
    if (entry.type === "invalidate" && held && !run && !ref.failures && this.phase === "running") {
      const at = this.#hurried(now);
      this.plan = [Math.min(this.plan[0], at), Math.min(this.plan[1], at)];
    }
    if (entry.type === "start" || entry.type === "invalidate" || (!run && !held)) return;
    if (entry.type === "unload") this.refused = undefined;
    this.#planAfter(entry, run, now);
  }

  #planAfter(entry: Entry<Item>, run: { at: number; invalidated: boolean } | undefined, now: number): void {
    const { refreshEvery: every, staleAfter } = this.setup.limits;
    const { ref } = this;
    this.retry = undefined;
    if (ref.failures) {
      // The limits of the model are too short for a tenth of the interval to matter.
      const longest = Math.min(30_000, every);
      this.retry = {
        at: now,
        most: Math.min(longest, 1_000 * 2 ** (ref.failures - 1)),
        cap: Math.max(120_000, longest),
      };
      this.plan = this.retryWindow(this.retry);
    } else if (entry.type === "unload" || !run) this.plan = [now, now];
    else if (run.invalidated) this.plan = [this.#hurried(now), this.#hurried(now)];
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

  /** The planned attempt on the one clock. A record tells it by the wall clock, which may have been set back. */
  get plannedAt(): number | undefined {
    const { nextAttemptAt } = this.index.snapshot();
    const behind = this.now - Math.floor(this.clock.wall());
    return nextAttemptAt === undefined ? undefined : nextAttemptAt + (behind >= 1_000 ? behind : 0);
  }

  /** The number of the run that started last. */
  get lastRun(): number {
    return managedResourceOf(this.index).slot.lastRun;
  }

  /** How long the running load may still take, by monotonic time. */
  get timeoutIn(): number {
    return this.#startedBy + TIMEOUT - this.clock.monotonic();
  }

  /** When invalidate() may start a load. */
  #hurried(now: number): number {
    const apart = Math.min(10_000, Math.max(100, this.setup.limits.refreshEvery / 10));
    return Math.max(now, Math.ceil(this.lastStartedAt + apart));
  }

  protected retryWindow({ at, most, cap }: Retry): readonly [number, number] {
    const ms = (delay: number): number => Math.ceil(Math.min(cap, Math.ceil(delay) * 2 ** this.abandoned));
    return [at + ms(Math.min(100, most)), at + ms(most)];
  }

  /** A run that was given up has settled: the retry is planned as if it had not been. */
  protected replan(): void {
    if (!this.retry || this.ref.run || this.phase !== "running") return;
    const [least, most] = this.retryWindow(this.retry);
    this.plan = [Math.min(this.plan[0], least), Math.min(this.plan[1], Math.max(most, this.now))];
  }

  get abandoned(): number {
    return this.loads.filter(({ open, outcome }) => open && outcome !== "running").length;
  }

  pending(kind: Promised["kind"]): number {
    return this.promised.filter((promised) => promised.open && promised.kind === kind).length;
  }

  free(outcome: "freed" | "failed"): void {
    if (!this.current) return;
    this.current.outcome = outcome;
    this.current.error = UNKNOWN;
    this.current = undefined;
  }
}
