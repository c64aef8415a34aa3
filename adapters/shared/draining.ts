import type { Health } from "../../src/index.ts";

/** One server in the drain of its health. */
export interface DrainMember {
  readonly delayMs: number;
  readonly deadlineMs: number;
  /** Runs when the last server has finished. */
  readonly close: (() => unknown) | undefined;
  /** Begins the drain of this server. The signal came `elapsedMs` ago. */
  begin(elapsedMs: number): void;
  /** Stops the server now, without the rest of the delay. */
  hurry(): void;
  /** Called when the health has closed. */
  over(): void;
}

/** All servers that drain one health. The health closes after the last server has finished. */
export interface DrainGroup {
  /** Adds a server. If the drain has begun, it begins for this server too. */
  join(member: DrainMember): void;
  /** Removes a server before the drain has begun. */
  leave(member: DrainMember): void;
  /** Called when a signal has arrived, for any of the servers. */
  signal(): void;
  /** Returns the time since the signal, in ms. 0 before the signal. */
  elapsedMs(): number;
  /** Called when a server has finished. */
  finished(member: DrainMember): void;
}

/** The state that all copies of this package in one process share. */
interface Drains {
  /** The group of each health. */
  readonly groups: WeakMap<Health, DrainGroup>;
  /** Groups with a server that has not finished. */
  readonly open: Set<DrainGroup>;
}

// The symbol is registered, because two servers may drain one health through two copies of the package.
const DRAINS: unique symbol = Symbol.for("health-state.drains");

/** The drains of this process. */
export function drains(): Drains {
  const shared = globalThis as { [DRAINS]?: Drains }; // SAFETY: only this function writes under the symbol
  return (shared[DRAINS] ??= { groups: new WeakMap(), open: new Set() });
}
