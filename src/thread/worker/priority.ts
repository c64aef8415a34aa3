import { randomBytes } from "node:crypto";
import { getPriority, setPriority } from "node:os";

/** The nice value that is added. Beside a busy thread, the loading thread then gets about a tenth of a processor. */
const NICER = 10;

/** The largest nice value. */
const NICEST = 19;

/**
 * Gives the main thread precedence over this thread, if both need the same processor. Only Linux has a priority for
 * each thread. Bun and Deno start shared threads later, and those would inherit the lower priority.
 */
export function lowerPriority(): void {
  const { bun, deno } = process.versions;
  if (process.platform !== "linux" || bun !== undefined || deno !== undefined) return;
  // The first use starts the thread pool of the process. It must not inherit the lower priority.
  randomBytes(1, () => {});
  try {
    setPriority(Math.min(getPriority() + NICER, NICEST));
  } catch {
    // A sandbox may forbid it. The load then runs with the priority of the process.
  }
}
