import { callSafely } from "../option/call-safely.ts";
import type { Clock } from "../time/clock.ts";

/** A time in which the main thread was busy with one piece of work. */
export interface Busy {
  /** The end of this time, in epoch ms. */
  readonly at: number;
  /** The length of this time, in ms. */
  readonly durationMs: number;
}

/** How busy the main thread was since the start. */
export interface BusyRecord {
  /** How often the main thread was busy for longer than `busyAfter`. */
  readonly busyCount: number;
  /** The longest busy time, in ms. 0 if there was none. */
  readonly longestBusyMs: number;
  /** The last busy time. `undefined` if there was none. */
  readonly lastBusy: Busy | undefined;
}

/** Measures how late the beats of the main thread are. */
export interface BusyWatch {
  beat(): void;
  snapshot(): BusyRecord;
}

/** Creates a watch. Call it for each beat. */
export function createBusyWatch(
  clock: Clock,
  limits: { readonly everyMs: number; readonly busyMs: number; readonly onBusy: ((busy: Busy) => unknown) | undefined },
): BusyWatch {
  let beatAt: number | undefined;
  let busyCount = 0;
  let longestBusyMs = 0;
  let lastBusy: Busy | undefined;
  return {
    beat() {
      const now = clock.monotonic();
      const lateMs = beatAt === undefined ? 0 : now - beatAt - limits.everyMs;
      beatAt = now;
      if (lateMs <= limits.busyMs) return;
      const busy = Object.freeze({ at: clock.wall(), durationMs: Math.round(lateMs) });
      busyCount++;
      longestBusyMs = Math.max(longestBusyMs, busy.durationMs);
      lastBusy = busy;
      callSafely(() => limits.onBusy?.(busy));
    },
    snapshot: () => Object.freeze({ busyCount, longestBusyMs, lastBusy }),
  };
}
