import { callSafely } from "../option/call-safely.ts";
import type { EventQueue } from "./event-queue.ts";
import type { Subscribers } from "./subscribers.ts";

/** Something with a current state. */
interface Subject<E> {
  /** Sends an event if the state has changed with time. Returns whether it sent one. */
  announceChange(now: number): boolean;
  /** The first event of a new listener. */
  currentEvent(now: number): E;
}

/** A listener of the user (`reader`), or a part of the library. With a reader, failed loads are not printed. */
export type ListenerKind = "reader" | "part";

/** A new listener. */
interface NewSubscriber<E, C extends E> {
  readonly listener: (event: E) => unknown;
  readonly kind: ListenerKind;
  readonly subjects: () => Iterable<Subject<C>>;
}

/**
 * Adds a listener. In a microtask, it receives the current state of each subject. After that, it receives every event.
 * It receives no event that was caused earlier.
 *
 * @returns a function that removes it
 */
export function subscribeTo<E, C extends E>(
  host: { readonly events: EventQueue; defer(job: () => void): void; now(): number },
  subscribers: Subscribers<E>,
  { listener, kind, subjects }: NewSubscriber<E, C>,
): () => void {
  let hasLeft = false;
  let leave = (): void => {};
  if (kind === "reader") subscribers.readers++;
  host.defer(() => {
    if (hasLeft) return;
    let isTold = false;
    for (const subject of subjects()) if (subject.announceChange(host.now())) isTold = true;
    const join = (): void => {
      const current = [...subjects()].map((subject) => subject.currentEvent(host.now()));
      // It counts from here on. Otherwise no event would be created for changes in between.
      subscribers.size++;
      host.events.add(() => {
        subscribers.size--;
        if (hasLeft) return;
        leave = subscribers.add(listener);
        for (const event of current) if (!hasLeft) callSafely(() => listener(event));
      });
    };
    // It joins after the other listeners, because a state that they cause is part of the current state. If they hear
    // nothing, it joins now. A load may start after this call and end before the next job. It must hear of that end.
    if (isTold) host.events.add(join);
    else join();
  });
  return () => {
    if (hasLeft) return;
    hasLeft = true;
    if (kind === "reader") subscribers.readers--;
    leave();
  };
}
