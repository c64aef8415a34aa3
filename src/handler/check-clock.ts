import { invalidOption, propertyOf } from "../option/invalid-option.ts";
import type { Clock } from "../time/clock.ts";

/** @throws TypeError unless it has the four parts of a clock */
export function checkClock(clock: Clock): void {
  for (const part of ["wall", "monotonic", "random", "setTimer"])
    if (typeof propertyOf(clock, part) !== "function")
      invalidOption("clock", clock, "a clock with wall(), monotonic(), random() and setTimer()");
}
