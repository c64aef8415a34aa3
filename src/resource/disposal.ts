import { callSafely } from "../option/call-safely.ts";
import type { Host } from "./host.ts";

/** The resource whose values are disposed of. */
export interface DisposalHost<T> {
  readonly options: {
    /** The user's `dispose`. Without one, no value is retired or discarded. */
    readonly dispose: ((value: T) => unknown) | undefined;
  };
  readonly limits: { readonly disposeAfter: number };
  readonly host: Pick<Host, "now" | "defer" | "countPending">;
  /** Sends an event: a value was disposed of, or a lease still holds an old value. */
  announce(event: { readonly type: "disposed" | "leased" }, now: number): void;
}

/** A value that is no longer used. */
interface Retired {
  /** When it may be disposed of. */
  readonly at: number;
  /** Whether an event was sent because a lease holds it past that time. */
  isTold: boolean;
}

/**
 * The values that are no longer used. Each is disposed of once: after `disposeAfter`, after every lease on it has
 * ended, and after every load that returned it again has validated it (docs/reference/rules.md, 10).
 */
export class Disposal<T> {
  readonly #resource: DisposalHost<T>;
  readonly #retired = new Map<T, Retired>();
  /** How many leases and validations hold each value. */
  readonly #holds = new Map<T, { lease: number; check: number }>();
  /** Values that were disposed of. Late loads may share one promise, or return the object again. */
  readonly #disposed = new WeakSet<object>();

  constructor(resource: DisposalHost<T>) {
    this.#resource = resource;
  }

  /** A value is no longer used. */
  retire(value: T, now: number): void {
    this.#retired.set(value, { at: now + this.#resource.limits.disposeAfter, isTold: false });
    this.#resource.host.countPending(1);
  }

  /** A value is used, perhaps again. */
  recall(value: T): void {
    if (this.#retired.delete(value)) this.#resource.host.countPending(-1);
  }

  /** Disposes of a value that was never used: it was rejected, arrived too late, or arrived after `close()`. */
  discard(candidate: T): void {
    if (this.#retired.has(candidate) || (isObject(candidate) && this.#disposed.has(candidate))) return;
    this.retire(candidate, -Infinity);
    if (!this.#holds.has(candidate)) this.#dispose(candidate);
  }

  /** Holds a value until the returned function is called. Call it once. */
  hold(value: T, by: "lease" | "check"): () => void {
    const counts = this.#holds.get(value) ?? { lease: 0, check: 0 };
    counts[by]++;
    this.#holds.set(value, counts);
    return () => {
      counts[by]--;
      if (!counts.lease && !counts.check) this.#holds.delete(value);
    };
  }

  /**
   * Disposes of every old value that is due.
   *
   * @param isClosed whether the resource is closed. Its values do not wait, because there are no new readers.
   */
  disposeDue(now: number, isClosed: boolean): void {
    for (const [value, retired] of this.#retired) {
      if (retired.at > now && !isClosed) continue;
      const hold = this.#holds.get(value);
      if (!hold) this.#dispose(value);
      else if (hold.lease && !retired.isTold) {
        retired.isTold = true;
        this.#resource.announce({ type: "leased" }, now);
      }
    }
  }

  /** When `disposeDue()` has work next. `Infinity` if there is none. */
  nextAt(): number {
    let next = Infinity;
    for (const [value, { at, isTold }] of this.#retired) {
      const hold = this.#holds.get(value);
      // A held value waits for the end of the hold. The event `leased` is sent once.
      if (!hold || (hold.lease && !isTold)) next = Math.min(next, at);
    }
    return next;
  }

  #dispose(value: T): void {
    this.#retired.delete(value);
    if (isObject(value)) this.#disposed.add(value);
    const { options, host } = this.#resource;
    host.defer(() => {
      callSafely(async () => {
        try {
          await options.dispose?.(value);
        } finally {
          host.countPending(-1);
        }
      });
      this.#resource.announce({ type: "disposed" }, host.now());
    });
  }
}

/** Whether a value is an object. Only objects have an identity. */
function isObject(value: unknown): value is object {
  return Object(value) === value;
}
