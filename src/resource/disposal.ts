import { callSafely } from "../option/call-safely.ts";

/** The functions of a resource and its health that the disposal calls. */
export interface DisposalHost<T> {
  /** The user's `dispose`, if there is one. */
  readonly dispose: ((value: T) => unknown) | undefined;
  /** How long a value is kept after it was replaced, in ms. */
  readonly disposeAfterMs: number;
  /** Runs a job later, in the async context of the health. */
  defer(job: () => void): void;
  /** Counts a pending disposal (+1) or its end (-1), because `close()` waits for them. */
  countPending(by: 1 | -1): void;
  /** Sends an event: a value was disposed of, or a lease still holds an old value. */
  tell(type: "disposed" | "leased"): void;
}

/**
 * The values that are no longer used. Each is disposed of once: after `disposeAfter`, after every lease on it has
 * ended, and after every load that returned it again has validated it (docs/reference/rules.md, 10).
 */
export class Disposal<T> {
  readonly #host: DisposalHost<T>;
  /** Values that are no longer used, and when they may be disposed of. */
  readonly #retired = new Map<T, number>();
  /** How many leases and validations hold each value. */
  #holds: Map<T, { readonly lease: number; readonly check: number }> | undefined;
  /** Old values that a lease holds past their time, for which an event was sent. */
  #told: Set<T> | undefined;
  /** Values that were disposed of. Late loads may share one promise, or return the object again. */
  #disposed: WeakSet<object> | undefined;

  constructor(host: DisposalHost<T>) {
    this.#host = host;
  }

  /** A value is no longer used. */
  retire(value: T, now: number): void {
    if (!this.#host.dispose) return;
    this.#retired.set(value, now + this.#host.disposeAfterMs);
    this.#host.countPending(1);
  }

  /** A value is used, perhaps again. */
  recall(value: T): void {
    this.#told?.delete(value);
    if (this.#retired.delete(value)) this.#host.countPending(-1);
  }

  /** Whether a value waits for its disposal. */
  isRetired(value: T): boolean {
    return this.#retired.has(value);
  }

  /** Disposes of a value that was never used: it was rejected, arrived too late, or arrived after `close()`. */
  discard(candidate: T): void {
    if (!this.#host.dispose || (isObject(candidate) && this.#disposed?.has(candidate))) return;
    if (this.#holds?.has(candidate)) return this.retire(candidate, -Infinity);
    this.#host.countPending(1);
    this.#dispose(candidate);
  }

  /** Holds a value until the returned function is called. A second call of that does nothing. */
  hold(value: T, by: "lease" | "check"): () => void {
    this.#holds ??= new Map();
    const holds = this.#holds;
    const change = (step: 1 | -1): void => {
      const { lease, check } = holds.get(value) ?? { lease: 0, check: 0 };
      const next = by === "lease" ? { lease: lease + step, check } : { lease, check: check + step };
      if (next.lease + next.check > 0) holds.set(value, next);
      else holds.delete(value);
    };
    change(1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      change(-1);
    };
  }

  /**
   * Disposes of every old value that is due.
   *
   * @param isClosed whether the resource is closed. Its values do not wait, because there are no new readers.
   */
  disposeDue(now: number, isClosed: boolean): void {
    for (const [value, at] of this.#retired) {
      if (at > now && !isClosed) continue;
      const hold = this.#holds?.get(value);
      if (!hold) {
        this.#retired.delete(value);
        this.#told?.delete(value);
        this.#dispose(value);
      } else if (hold.lease && !this.#told?.has(value)) {
        (this.#told ??= new Set()).add(value);
        this.#host.tell("leased");
      }
    }
  }

  /** When `disposeDue()` has work next. `Infinity` if there is none. */
  nextAt(): number {
    let next = Infinity;
    for (const [value, at] of this.#retired) {
      const hold = this.#holds?.get(value);
      // A held value waits for the end of the hold. The event `leased` is sent once.
      if (!hold || (hold.lease && !this.#told?.has(value))) next = Math.min(next, at);
    }
    return next;
  }

  #dispose(value: T): void {
    if (isObject(value)) (this.#disposed ??= new WeakSet()).add(value);
    const { dispose, countPending } = this.#host;
    this.#host.defer(() => {
      const over = (): void => countPending(-1);
      callSafely(async () => {
        try {
          await dispose?.(value);
        } finally {
          over();
        }
      });
      this.#host.tell("disposed");
    });
  }
}

/** Whether a value has an identity. Equal numbers and strings are not the same object. */
function isObject(value: unknown): value is object {
  return Object(value) === value;
}
