import { ignoreRejection } from "../option/call-safely.ts";
import { checkMethods, toSafeText } from "../option/invalid-option.ts";
import { warn } from "../option/warn.ts";
import { systemClock, type Clock } from "./clock.ts";

/** A timer must not run before half of its delay. Delays under 10 ms are not checked, because clocks count whole ms. */
const LEAST_CHECKED_MS = 10;

/**
 * Guards against a clock of the user that breaks its contract, because otherwise the refreshes would end without a
 * word. A part that breaks it once is printed, and the same part of the platform's clock stands in for it from then on.
 *
 * @throws TypeError unless it has the four parts of a clock
 */
export function guardClock(clock: Clock): Clock {
  const accepted = "a clock with wall(), monotonic(), random() and setTimer()";
  checkMethods("clock", clock, ["wall", "monotonic", "random", "setTimer"], accepted);
  const broken = new Set<keyof Clock>();
  const giveUp = (part: keyof Clock, what: string): void => {
    if (broken.has(part)) return;
    broken.add(part);
    warn(`clock.${part}() ${what}. From now on the clock of the platform stands in for it.`);
  };

  /** The result of a part, if it is right. */
  const call = <R>(part: keyof Clock, read: () => unknown, isRight: (given: unknown) => given is R): R | undefined => {
    if (broken.has(part)) return undefined;
    try {
      const given = read();
      if (isRight(given)) return given;
      ignoreRejection(given);
      giveUp(part, `gave ${toSafeText(given)}`);
    } catch (error) {
      giveUp(part, `threw ${toSafeText(error)}`);
    }
    return undefined;
  };

  /** Reads a time. If the platform's clock stands in, time continues from the last right reading. */
  const time = (part: "wall" | "monotonic"): (() => number) => {
    let last = NaN;
    let shift: number | undefined;
    const isTime = (given: unknown): given is number =>
      // A Date cannot represent more. Only wall time may go back.
      typeof given === "number" && Math.abs(given) <= 8.64e15 && (part === "wall" || !(given < last));
    return () => {
      last =
        call(part, () => clock[part](), isTime) ?? systemClock[part]() + (shift ??= last - systemClock[part]() || 0);
      return last;
    };
  };

  const monotonic = time("monotonic");
  return {
    wall: time("wall"),
    monotonic,
    random: () => call("random", () => clock.random(), isShare) ?? systemClock.random(),
    setTimer(callback, delayMs, keepAlive) {
      const dueAt = monotonic() + delayMs;
      let phase: "setting" | "set" | "over" = "setting";
      let cancelStandIn: (() => void) | undefined;
      const run = (): void => {
        phase = "over";
        cancelStandIn?.();
        callback();
      };
      const useStandIn = (): void => {
        cancelStandIn ??= systemClock.setTimer(run, delayMs, keepAlive);
      };
      const fire = (): void => {
        const isEarly = delayMs >= LEAST_CHECKED_MS && dueAt - monotonic() > delayMs / 2;
        if (phase === "over") giveUp("setTimer", "called back twice, or after it was cancelled");
        else if (phase === "set" && !isEarly) run();
        else {
          giveUp("setTimer", "called back before the time");
          useStandIn();
        }
      };
      const cancel = call("setTimer", () => clock.setTimer(fire, delayMs, keepAlive), isFunction);
      if (!cancel) useStandIn();
      phase = "set";
      return () => {
        phase = "over";
        cancelStandIn?.();
        try {
          ignoreRejection(cancel?.());
        } catch (error) {
          giveUp("setTimer", `threw ${toSafeText(error)}`);
        }
      };
    },
  };
}

function isShare(given: unknown): given is number {
  return typeof given === "number" && given >= 0 && given < 1;
}

function isFunction(given: unknown): given is () => unknown {
  return typeof given === "function";
}
