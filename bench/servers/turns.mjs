// What each turn of the main thread was: CPU time of its own, or waiting for a processor that others held.
import { openSync, readSync } from "node:fs";
import { PerformanceObserver } from "node:perf_hooks";

/** A turn that takes longer is told with TRACE=1. */
const TOLD_MS = 10;

/** Linux counts for each thread. It adds CPU time at its own tick, which is up to 4 ms late. */
const statistics = process.platform === "linux" ? openSync("/proc/self/schedstat", "r") : undefined;
const buffer = Buffer.alloc(64);

/** The CPU time of the main thread and its waits for a processor, in ms. `NaN` where the platform cannot tell. */
function usage() {
  if (statistics === undefined) return { cpu: NaN, wait: NaN };
  const [cpu, wait] = buffer.latin1Slice(0, readSync(statistics, buffer, 0, 64, 0)).split(" ");
  const exact = process.threadCpuUsage?.();
  return { cpu: exact ? (exact.user + exact.system) / 1_000 : cpu / 1e6, wait: wait / 1e6 };
}

/** Measures from one call of `turn()` to the next, after `begin()`. */
export function watchTurns() {
  let at = performance.now();
  let last = usage();
  let most = { cpu: 0, wait: 0 };
  let told;
  if (process.env.TRACE)
    new PerformanceObserver((list) => {
      for (const { startTime, duration, detail } of list.getEntries())
        if (duration > 1)
          told?.push([startTime, `garbage collection of kind ${detail.kind}: ${duration.toFixed(1)} ms`]);
    }).observe({ entryTypes: ["gc"] });
  return {
    begin() {
      most = { cpu: 0, wait: 0 };
      if (process.env.TRACE) told = [];
    },
    turn() {
      const now = performance.now();
      const used = usage();
      const cpu = used.cpu - last.cpu;
      const wait = used.wait - last.wait;
      most = { cpu: Math.max(most.cpu, cpu), wait: Math.max(most.wait, wait) };
      if (now - at > TOLD_MS)
        told?.push([at, `turn: ${(now - at).toFixed(1)} ms, CPU ${cpu.toFixed(1)} ms, waiting ${wait.toFixed(1)} ms`]);
      at = now;
      last = used;
    },
    mark: (what) => told?.push([performance.now(), what]),
    end() {
      for (const [when, what] of (told ?? []).sort(([one], [other]) => one - other))
        console.error(when.toFixed(0).padStart(7), what);
      return { turnMs: most.cpu, waitMs: most.wait };
    },
  };
}
