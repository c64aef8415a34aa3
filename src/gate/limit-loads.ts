import { invalidOption } from "../option/invalid-option.ts";
import { onAbort } from "../resource/on-abort.ts";
import { gateOf, type Gate } from "./gate.ts";

/** One load that waits for its turn. */
interface Waiting {
  readonly start: () => void;
  readonly waiting: (place: number) => void;
}

/**
 * Limits how many loads of a process run at once. Pass the same gate to every resource that shares the limit. First
 * loads go before refreshes. Apart from that, the loads start in the order in which they asked for a turn.
 *
 * @param most how many loads may run at once, at least 1
 * @throws TypeError for anything but a whole number of at least 1. In request mode (`onRequest()`), `health.resource()`
 * throws.
 * @example
 * const gate = limitLoads(2);
 * health.resource("index", { load: loadIndex, gate });
 * health.resource("rates", { load: loadRates, gate });
 */
export function limitLoads(most: number): Gate {
  if (!Number.isInteger(most) || most < 1) invalidOption("limitLoads's number", most, "a whole number of at least 1");
  let running = 0;
  const firsts: Waiting[] = [];
  const refreshes: Waiting[] = [];

  const next = (): void => {
    const one = running < most ? (firsts.shift() ?? refreshes.shift()) : undefined;
    if (!one) return;
    running++;
    one.start();
    [...firsts, ...refreshes].forEach(({ waiting }, before) => waiting(before + 1));
  };

  return gateOf(
    ({ first, signal, waiting }) =>
      new Promise((resolve, reject) => {
        const queue = first ? firsts : refreshes;
        let isReleased = false;
        const release = (): void => {
          if (isReleased) return;
          isReleased = true;
          running--;
          next();
        };
        const one: Waiting = {
          start: () => {
            unwatch();
            resolve(release);
          },
          waiting,
        };
        queue.push(one);
        const unwatch = onAbort(signal, () => {
          queue.splice(queue.indexOf(one), 1);
          reject(signal.reason);
        });
        next();
      }),
    "this process",
  );
}
