/** What the last accepted load left behind. Instants are in ms on the health's own clock. */
export interface Held<T> {
  readonly value: T;
  readonly revision: string | undefined;
  /** When the last successful load started. */
  readonly checkedAt: number;
  /** When the value was swapped in. */
  readonly changedAt: number;
  /** Up to when the source vouches for the value; `undefined` unless the loader said. */
  readonly asOf: number | undefined;
  readonly invalidated: boolean;
}

/** The load that is running. */
export interface Run {
  readonly startedAt: number;
  /** Somebody invalidated while it ran, so what it brings is not news enough. */
  readonly invalidated: boolean;
}

/** Why the last load did not succeed. */
export interface LoadError {
  /** What the loader or `validate` threw, as it was thrown. */
  readonly error: unknown;
  /** When, in epoch ms. */
  readonly at: number;
  /** The revision that was refused, when that is why. */
  readonly revision?: string;
}

/** Everything recorded about one resource. The state is a function of this and the time now. */
export interface Facts<T> {
  readonly held: Held<T> | undefined;
  readonly run: Run | undefined;
  /** Accepted values so far. */
  readonly generation: number;
  /** Failed loads since the last success. */
  readonly failures: number;
  readonly lastError: LoadError | undefined;
  /** The revision that `validate` refused last, until the source is confirmed to have left it. */
  readonly rejected: string | undefined;
}

/** The facts of a resource that nothing has happened to. */
export const NO_FACTS: Facts<never> = Object.freeze({
  held: undefined,
  run: undefined,
  generation: 0,
  failures: 0,
  lastError: undefined,
  rejected: undefined,
});
