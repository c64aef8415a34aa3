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
      for (let next; (next = queue.shift());) {
        next.audience?.tell(next.event);
        everyone.tell(next.event);
      }
      telling = false;
    },
  };
}
