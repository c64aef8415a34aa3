import type { Health } from "../../src/index.ts";

/** One server's part in the drain of its health. */
export interface DrainMember {
  readonly delayMs: number;
  readonly deadlineMs: number;
  /** Runs when the last server has finished. */
  readonly close: (() => unknown) | undefined;
  /** The signal came so long ago. */
  begin(elapsedMs: number): void;
  /** Stops now: the rest of the delay is not waited for. */
  hurry(): void;
  /** The health has closed. */
  over(): void;
}

/** All servers that drain one health. It closes after the last of them has finished. */
export interface DrainGroup {
  /** Adds a server. If the drain has begun, it begins for this server too. */
  join(member: DrainMember): void;
  /** Takes a server away before the drain has begun. */
  leave(member: DrainMember): void;
  /** A signal came, to any of the servers. */
  signal(): void;
  /** How long ago the signal came; 0 before it. */
  elapsedMs(): number;
  /** A server has finished. */
  finished(member: DrainMember): void;
}

/** What all copies of this package in one process share. */
interface Drains {
  /** The group of each health. */
  readonly groups: WeakMap<Health, DrainGroup>;
  /** Groups with a server that has not finished. */
  readonly open: Set<DrainGroup>;
}

// A registered symbol: servers may drain one health through two copies of the package.
const DRAINS: unique symbol = Symbol.for("health-state.drains");

/** The drains of this process. */
export function drains(): Drains {
  const shared = globalThis as { [DRAINS]?: Drains }; // SAFETY: only this function writes under the symbol
  return (shared[DRAINS] ??= { groups: new WeakMap(), open: new Set() });
}
