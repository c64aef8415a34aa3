import type { State } from "../state/state.ts";
import type { Snapshot } from "./snapshot.ts";

/**
 * What a listener is told.
 *
 * - `transition`: the state went from `from` to `state`.
 * - `load`: a load ended and left the state as it was.
 * - `current`: the first call of a new subscriber, in a microtask.
 */
export interface HealthEvent<T = unknown> {
  /** What happened. */
  readonly type: "transition" | "load" | "current";
  /** The resource's name. */
  readonly name: string;
  /** The state before; the same as `state` unless it is a transition. */
  readonly from: State;
  /** The state that was told, as in `snapshot`. */
  readonly state: State;
  /** The record of the moment. */
  readonly snapshot: Snapshot<T>;
}

/** Told of events. What it throws, or rejects with, is ignored. */
export type Listener<T = unknown> = (event: HealthEvent<T>) => unknown;

/** Ignores what a promise, if it is one, rejects with. */
export function contain(result: unknown): void {
  if (typeof result === "object" && result !== null && "then" in result)
    Promise.resolve(result).then(undefined, () => {});
}

/** Calls back and contains whatever goes wrong in there (docs/rules.md, 7). */
export function call(callback: () => unknown): void {
  try {
    contain(callback());
  } catch {
    // A listener's failure is its own.
  }
}

// Method syntax: an audience holds listeners of any value, and is told only events of its own.
type Told = { told(event: HealthEvent): unknown }["told"];

/** Whose states a new listener is told first. */
interface Subject<T> {
  /** Tells the others what time has done. */
  pass(now: number): void;
  current(now: number): HealthEvent<T>;
}

/** Who is told. */
interface Hearer {
  readonly size: number;
  tell(event: HealthEvent): void;
}

/** Stands where somebody left, for an event may be on its way down the list. */
const nobody = (): void => {};

/** Those who are told. A plain list of functions: a thousand are told a third faster than from records. */
export class Audience implements Hearer {
  size = 0;
  #listeners: Told[] = [];
  /** What ends each, at the same place. */
  #leaves: (() => void)[] = [];

  /** Adds a listener; in a microtask it is told the present, and from then on every event. */
  add<T>(listener: Listener<T>, host: Teller & { now(): number }, subjects: () => Iterable<Subject<T>>): () => void {
    let left = false;
    const leave = (): void => {
      left = true;
      const place = this.#leaves.indexOf(leave);
      if (place < 0) return;
      this.size--;
      this.#listeners[place] = this.#leaves[place] = nobody;
    };
    queueMicrotask(() => {
      if (left) return;
      for (const subject of subjects()) subject.pass(host.now());
      host.flush();
      // Whoever was told just now may have made it leave.
      if (left) return;
      if (this.#leaves.length > 2 * this.size++) {
        this.#listeners = this.#listeners.filter(isHere);
        this.#leaves = this.#leaves.filter(isHere);
      }
      this.#listeners.push(listener);
      this.#leaves.push(leave);
      const only = { size: 1, tell: (event: HealthEvent<T>) => left || call(() => listener(event)) };
      for (const subject of subjects()) host.tell(only, () => subject.current(host.now()), true);
      host.flush();
    });
    return leave;
  }

  tell(event: HealthEvent): void {
    for (const listener of this.#listeners) {
      try {
        contain(listener(event));
      } catch {
        // As in call(), without a closure for each of a thousand listeners.
      }
    }
  }
}

const isHere = (one: unknown): boolean => one !== nobody;

/** Tells events in the order they happened, whatever listeners do meanwhile (docs/rules.md, 12). */
export interface Teller {
  /** @param alone tells nobody else; otherwise those who are told of every resource hear it too */
  tell(hearer: Hearer | undefined, event: () => HealthEvent, alone?: boolean): void;
  flush(): void;
}

/** @param everyone those who are told of every resource */
export function createTeller(everyone: Audience): Teller {
  const queue: { readonly hearer: Hearer | undefined; readonly event: HealthEvent; readonly alone: boolean }[] = [];
  let telling = false;
  return {
    tell(hearer, event, alone = false) {
      if (everyone.size || hearer?.size) queue.push({ hearer, event: event(), alone });
    },
    flush() {
      if (telling) return;
      telling = true;
      for (let next; (next = queue.shift());) {
        next.hearer?.tell(next.event);
        if (!next.alone) everyone.tell(next.event);
      }
      telling = false;
    },
  };
}
