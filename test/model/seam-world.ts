import {
  createGate,
  createHealth,
  createStore,
  hints,
  loaded,
  unchanged,
  type Health,
  type LoadContext,
  type LoadResult,
  type Resource,
  type ResourceEvent,
  type StoreRecord,
} from "../../src/index.ts";
import { createVirtualClock, type VirtualClock } from "../../src/testing/index.ts";

export const EVERY = 10_000;
export const TIMEOUT = 4_000;
const GATE_WAIT = 3_000;

/** A value; remembers what became of it. */
export interface Item {
  readonly revision: string;
  readonly isBad: boolean;
  readonly isKept: boolean;
  readonly isRestored: boolean;
  disposed: number;
}

interface Turn {
  readonly signal: AbortSignal;
  readonly waiting: () => void;
  readonly give: (release: () => void) => void;
  readonly refuse: (error: unknown) => void;
  state: "asked" | "given" | "released" | "refused";
}

interface Load {
  readonly context: LoadContext;
  readonly accept: string | undefined;
  readonly settle: (result: unknown) => void;
  readonly fail: (error: unknown) => void;
  isOpen: boolean;
}

interface StoreCall {
  readonly kind: "restore" | "save" | "stamp" | "remove";
  readonly answer: (given: unknown) => void;
  readonly fail: (error: unknown) => void;
  readonly signal: AbortSignal;
}

interface Opened {
  readonly hint: (revision?: string) => void;
  readonly connect: (given: { readonly closed: Promise<unknown> }) => void;
  readonly signal: AbortSignal;
  lose: () => void;
}

/** One resource with a gate, a store and a channel of hints. The commands answer what it asks of them. */
export class SeamWorld {
  readonly clock: VirtualClock = createVirtualClock();
  readonly health: Health;
  readonly index: Resource<Item>;
  readonly faults: string[] = [];
  readonly turns: Turn[] = [];
  readonly loads: Load[] = [];
  readonly calls: StoreCall[] = [];
  readonly channels: Opened[] = [];
  readonly items: Item[] = [];
  /** What was accepted, and what may be saved. */
  readonly accepted = new Set<Item>();
  pending = 0;
  /** A load may start at any time: somebody asked for one. */
  isDemanded = true;
  isRunning = false;
  /** A drain that began. */
  isOver = false;
  isUnloaded = false;
  #passes = 0;
  #lastLoadAt = -Infinity;
  #startedAt = Infinity;
  #accepts: string | undefined;
  #restored = 0;

  constructor() {
    this.health = createHealth({ clock: this.clock });
    const gate = createGate(
      ({ signal, waiting }) =>
        new Promise((give, refuse) => void this.turns.push({ signal, waiting, give, refuse, state: "asked" })),
    );
    const call = (kind: StoreCall["kind"], signal: AbortSignal): Promise<never> => {
      if (kind !== "restore") this.claim(!this.#isWriting, "two writes at once");
      // SAFETY: the commands answer as the store would.
      return new Promise((answer, fail) =>
        this.calls.push({ kind, answer: answer as (given: unknown) => void, fail, signal }),
      );
    };
    this.index = this.health.resource<Item>("index", {
      load: (context) => this.#load(context),
      validate: ({ isBad }) => !isBad,
      dispose: (item) => void item.disposed++,
      disposeAfter: 100,
      refreshEvery: EVERY,
      staleAfter: "25s",
      timeout: TIMEOUT,
      gate,
      gateWait: GATE_WAIT,
      lastKnownGood: createStore<Item>({
        restore: ({ signal }) => call("restore", signal),
        save: (record, { signal }) => {
          this.#saved(record);
          return call("save", signal);
        },
        stamp: (_, { signal }) => call("stamp", signal),
        remove: ({ signal }) => call("remove", signal),
      }),
    });
    this.index.subscribe((event) => this.#hear(event));
    hints(
      this.index,
      (hint, { signal }) =>
        new Promise((connect) => void this.channels.push({ hint, connect, signal, lose: () => {} })),
    );
  }

  claim(holds: boolean, what: string): void {
    if (!holds) this.faults.push(what);
  }

  get load(): Load | undefined {
    return this.loads.find(({ isOpen, context }) => isOpen && !context.signal.aborted);
  }

  get turn(): Turn | undefined {
    return this.turns.find(({ state, signal }) => state === "asked" && !signal.aborted);
  }

  get #isWriting(): boolean {
    return this.calls.some(({ kind, signal }) => kind !== "restore" && !signal.aborted);
  }

  /** The health starts. */
  begin(): void {
    if (!this.isRunning && !this.isOver) this.#startedAt = this.clock.monotonic();
    this.isRunning = true;
  }

  item(changes: Partial<Item>): Item {
    const item = {
      revision: `${this.items.length}`,
      isBad: false,
      isKept: true,
      isRestored: false,
      disposed: 0,
      ...changes,
    };
    this.items.push(item);
    return item;
  }

  /** Somebody waits. It must come to an end. */
  track(promise: Promise<unknown>): void {
    this.pending++;
    const over = (): void => void this.pending--;
    promise.then(over, over);
  }

  reload(accept?: string): void {
    this.begin();
    this.isDemanded = true;
    // Of those that wait for one load, the one that accepts a revision speaks for all.
    this.#accepts ??= accept;
    this.track(this.index.reload(accept === undefined ? {} : { accept }));
  }

  #load(context: LoadContext): LoadResult<Item> {
    const now = this.clock.monotonic();
    const hasTurn = this.turns.some(({ state }) => state === "given");
    this.claim(hasTurn || this.#passes-- > 0, "a load without a turn");
    this.claim(this.load === undefined, "two loads at once");
    this.claim(!this.isOver, "a load during the drain");
    const restore = this.calls.find(({ kind }) => kind === "restore");
    const isHolding = restore !== undefined && !this.isUnloaded && now < this.#startedAt + 1_000;
    this.claim(!isHolding, "a load that did not wait for the restore");
    this.claim(this.isDemanded || now - this.#lastLoadAt >= EVERY / 10, "two loads too near to each other");
    this.claim(context.revision === this.index.snapshot().revision, "a load with another revision");
    this.isDemanded = false;
    this.#lastLoadAt = now;
    const accept = this.#accepts ?? this.#acceptOfGivenUp();
    this.#accepts = undefined;
    // SAFETY: the commands settle it as a loader would.
    return new Promise<Item>((settle, fail) =>
      this.loads.push({ context, accept, settle: settle as (result: unknown) => void, fail, isOpen: true }),
    );
  }

  /** Who waits with `accept` goes on waiting after unload(). A load that timed out has answered them. */
  #acceptOfGivenUp(): string | undefined {
    const last = this.loads.at(-1);
    if (!last?.isOpen || !last.context.signal.aborted) return undefined;
    return Object(last.context.signal.reason).code === "HS_TIMED_OUT" ? undefined : last.accept;
  }

  #saved({ value, checkedAt }: StoreRecord<Item>): void {
    this.claim(this.accepted.has(value), "what was never accepted is saved");
    this.claim(value.isKept, "what must not be kept is saved");
    this.claim(value.disposed === 0 || this.isUnloaded || this.isOver, "what is disposed of is saved");
    this.claim(checkedAt <= this.clock.wall(), "stamps of the future are saved");
  }

  #hear({ type, result, outcome, snapshot }: ResourceEvent<Item>): void {
    if (type === "gate") this.#passes++;
    if (outcome === "failed" || outcome === "timed-out" || outcome === "rejected") this.isDemanded = true;
    if (type === "restore" && result === "restored") {
      this.#restored++;
      this.claim(this.#restored === 1 && snapshot.generation === 1, "a restore that was not the first value");
      this.claim(!this.isUnloaded, "a restore after unload()");
    }
  }

  /** Ends the load that runs. */
  end(how: "value" | "bad" | "unkept" | "unchanged" | "refused" | "error"): void {
    const { load } = this;
    if (!load) return;
    load.isOpen = false;
    if (how === "error") return load.fail(new Error("the source is down"));
    if (how === "unchanged") return load.settle(unchanged());
    if (how === "refused") return load.settle(unchanged({ revision: this.index.snapshot().rejected }));
    const item = this.item({ isBad: how === "bad", isKept: how !== "unkept" });
    if (!item.isBad) this.accepted.add(item);
    load.settle(loaded(item, { revision: item.revision, keep: item.isKept }));
  }

  /** The source brings a bad value, which an operator has said yes to or not. */
  endBad(revision: string): void {
    const { load } = this;
    if (!load) return;
    load.isOpen = false;
    const item = this.item({ isBad: true, revision });
    if (load.accept === revision) this.accepted.add(item);
    load.settle(loaded(item, { revision }));
  }

  give(turn: Turn | undefined): void {
    if (!turn) return;
    turn.state = "given";
    turn.give(() => {
      this.claim(turn.state === "given", "a turn that is given back twice");
      turn.state = "released";
    });
  }

  /** Everything that holds at any moment at which nothing is queued. */
  check(): void {
    const { state, value, origin } = this.index.snapshot();
    this.claim((value !== undefined) === (state === "READY" || state === "STALE"), `${state} with ${value?.revision}`);
    this.claim(value === undefined || value.disposed === 0, "the value in use is disposed of");
    this.claim(value === undefined || this.accepted.has(value), "what was refused is in use");
    this.claim(origin !== "store" || value?.isRestored === true, `a value of the source from ${origin}`);
    const isLoading = state === "LOADING" || this.index.snapshot().refreshing;
    const given = this.turns.filter(({ state: turn }) => turn === "given").length;
    this.claim(given <= (isLoading ? 1 : 0), `${given} turns are kept, and ${isLoading ? "a load" : "no load"} runs`);
  }
}
