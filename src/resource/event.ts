import type { LoadError } from "../state/facts.ts";
import type { State } from "../state/state.ts";

/** One frozen record of a resource, all of it from the same moment. Times are epoch ms on the health's clock. */
export interface Snapshot<T = unknown> {
  readonly name: string;
  readonly state: State;
  readonly required: boolean;
  readonly value: T | undefined;
  /** The source's own identity of the value, if it gave one. */
  readonly revision: string | undefined;
  /** This process's count of accepted values: 0 before the first. */
  readonly generation: number;
  /** When the last successful load started. */
  readonly checkedAt: number | undefined;
  /** When the value was swapped in. */
  readonly changedAt: number | undefined;
  /** Up to when the source vouches for the value, if it said. */
  readonly asOf: number | undefined;
  /** Now minus `asOf`, or minus `checkedAt` without one; in ms. */
  readonly age: number | undefined;
  /** Whether a load runs while a value is held. */
  readonly refreshing: boolean;
  /** Which try the running or next load is: 1, and one more for each failure in a row. */
  readonly attempt: number;
  /** When the next load is planned; `undefined` while one runs or none is. */
  readonly nextAttemptAt: number | undefined;
  /** Why the last load did not succeed; cleared by the next success. */
  readonly lastError: LoadError | undefined;
  /** Loads that were given up at `timeout` or `unload()` and have not settled since. */
  readonly abandoned: number;
}

/**
 * What a listener is told.
 *
 * - `transition`: the state went from `from` to `state`.
 * - `load`: a load ended and left the state as it was.
 * - `current`: the first call of a new subscriber, in a microtask.
 */
export interface HealthEvent<T = unknown> {
  readonly type: "transition" | "load" | "current";
  readonly name: string;
  readonly from: State;
  readonly state: State;
  readonly snapshot: Snapshot<T>;
}

/** Told of events. What it throws, or rejects with, is ignored. */
export type Listener<T = unknown> = (event: HealthEvent<T>) => unknown;

interface Subscriber {
  // Method syntax: an audience holds listeners of any value, and is told only events of its own.
  listener(event: HealthEvent): unknown;
  /** False until its first call, and again once it has left. */
  live: boolean;
}

/** Ignores what a promise, if it is one, rejects with. */
export function contain(result: unknown): void {
  if (typeof result === "object" && result !== null && "then" in result)
    Promise.resolve(result).then(undefined, () => {});
}

/** Calls back and contains whatever goes wrong in there (SPEC rule 7). */
export function call(callback: () => unknown): void {
  try {
    contain(callback());
  } catch {
    // A listener's failure is its own.
  }
}

/** Those who are told; replaced, never changed, so that an event goes to those who were there for it. */
export class Audience {
  #subscribers: readonly Subscriber[] = [];

  get size(): number {
    return this.#subscribers.length;
  }

  /** Adds a listener; in a microtask it is told what `current` gives, and from then on every event. */
  add<T>(listener: Listener<T>, current: () => readonly HealthEvent<T>[]): () => void {
    const subscriber: Subscriber = { listener, live: false };
    let left = false;
    this.#subscribers = [...this.#subscribers, subscriber];
    queueMicrotask(() => {
      if (left) return;
      const events = current();
      subscriber.live = true;
      for (const event of events) if (!left) call(() => listener(event));
    });
    return () => {
      left = true;
      subscriber.live = false;
      this.#subscribers = this.#subscribers.filter((other) => other !== subscriber);
    };
  }

  tell(event: HealthEvent): void {
    for (const subscriber of this.#subscribers) {
      if (!subscriber.live) continue;
      try {
        contain(subscriber.listener(event));
      } catch {
        // As in call(), without a closure for each of a thousand listeners.
      }
    }
  }
}

/** Tells events in the order they happened, whatever listeners do meanwhile (SPEC rule 12). */
export interface Teller {
  tell(audience: Audience | undefined, event: () => HealthEvent): void;
  flush(): void;
}

/** @param everyone those who are told of every resource */
export function createTeller(everyone: Audience): Teller {
  const queue: { readonly audience: Audience | undefined; readonly event: HealthEvent }[] = [];
  let telling = false;
  return {
    tell(audience, event) {
      if (everyone.size || audience?.size) queue.push({ audience, event: event() });
    },
    flush() {
      if (telling) return;
      telling = true;
      for (let next; (next = queue.shift()); ) {
        next.audience?.tell(next.event);
        everyone.tell(next.event);
      }
      telling = false;
    },
  };
}
