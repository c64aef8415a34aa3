import { Worker } from "node:worker_threads";
import type { Health } from "../handler/health.ts";
import { internalsOf } from "../handler/internals.ts";
import { registryOf } from "../health/registry-of.ts";
import { handled } from "../option/call-safely.ts";
import { toSafeText } from "../option/invalid-option.ts";
import { createBusyWatch, type BusyRecord } from "./busy-watch.ts";
import { toProbePlan, type ProbeThreadOptions } from "./probe-options.ts";
import { probeProgram } from "./program.ts";
import { verdictsNow } from "./verdicts-now.ts";
import { warn } from "../option/warn.ts";
import { fromPlainError } from "./worker/message.ts";
import { nextWaitMs, type FromProber, type ProbeOrder } from "./worker/probe-message.ts";
import { packVerdict, PLACES, SHARED_WORDS } from "./worker/silence.ts";

/** How often the main thread sends a beat, and how often the other thread checks for it, in ms. */
const BEAT_MS = 250;

/** How long to wait before a thread that died is started again, in ms. The wait doubles up to the second number. */
const RESTART_MS = 1_000;
const MOST_RESTART_MS = 30_000;

/** A thread that answers the probes of a health. */
export interface ProbeThread {
  /**
   * Resolves with the port when the thread listens. Rejects if the first attempt fails, for example because another
   * process uses the port. The failure is also printed, and the thread tries again until `close()`. An unhandled
   * rejection of this promise does not end the process.
   */
  readonly listening: Promise<{ readonly port: number }>;
  /** Returns how busy the main thread was. */
  snapshot(): BusyRecord;
  /** Ends the thread. Nothing listens on the port afterwards. */
  close(): Promise<void>;
}

/**
 * Answers the probes from a separate thread, on a separate port, even while the main thread is busy. It runs on Node,
 * Bun and Deno.
 *
 * The main thread sends a beat every 250 ms. As long as the beats arrive, the thread gives the answers of the health,
 * without details. If the main thread is silent, readiness repeats its last answer for `verdictFor` (5 s by default).
 * Then it answers 503 `INDEX-STALE`. After `wedgedAfter` (30 s by default), liveness answers 503 `WEDGED`. Time in
 * which the whole process is suspended does not count. Silence before the first 200 of startup does not make liveness
 * `WEDGED`, because a first load may block for a long time.
 *
 * The first probe starts the health. During a drain, readiness answers 503. A thread that listens does not keep the
 * process alive. If the thread ends by an error, it is started again. If the port is in use, the thread tries again
 * after 250 ms, and then at longer intervals of up to 5 s.
 *
 * For a group of `workers()`, readiness and startup report on the group, and liveness on this process. Call it in one
 * process, such as the primary of `node:cluster`, because a port of a thread is never shared.
 *
 * @throws TypeError if an argument is wrong, or for a health in request mode
 * @example
 * probeThread(health, { port: 8081 });
 */
export function probeThread(health: Health, options: ProbeThreadOptions): ProbeThread {
  const registry = registryOf(health);
  const plan = toProbePlan(registry, options);
  const { routes, verdicts: verdictsOf } = internalsOf(health);
  const { clock } = registry;
  const shared = new SharedArrayBuffer(SHARED_WORDS * 4);
  const memory = new Int32Array(shared);
  const busy = createBusyWatch(clock, { everyMs: BEAT_MS, busyMs: plan.busyMs, onBusy: plan.onBusy });
  let port = plan.port;
  let worker: Worker | undefined;
  let isClosed = false;
  let restartMs = RESTART_MS;
  /** What was printed since the thread last listened. Each problem is printed once for each outage. */
  const printed = new Set<string>();
  let cancelBeat = (): void => {};
  let cancelRestart = (): void => {};
  let heard: (result: { readonly port: number } | Error) => void = () => {};

  const publish = (): void => {
    const verdicts = verdictsOf?.() ?? verdictsNow(registry);
    for (const probe of ["readiness", "liveness", "startup"] as const)
      Atomics.store(memory, PLACES[probe], packVerdict(verdicts[probe]));
  };
  const beat = (): void => {
    publish();
    Atomics.add(memory, PLACES.beats, 1);
    busy.beat();
    // A closed health does not change any more.
    if (registry.phase !== "closed") cancelBeat = clock.setTimer(beat, BEAT_MS, false);
  };
  const warnOnce = (problem: string, sentence: string): void => {
    if (printed.has(problem)) return;
    printed.add(problem);
    warn(sentence);
  };
  const ended = (reason: string): void => {
    if (isClosed) return;
    warnOnce("ended", `the thread that answers probes ended: ${toSafeText(reason)}. It is started again.`);
    cancelRestart = clock.setTimer(restart, restartMs, false);
    restartMs = nextWaitMs(restartMs, MOST_RESTART_MS);
  };
  const restart = (): void => {
    try {
      start();
    } catch (error) {
      // The system may refuse another thread for some time.
      ended(String(error));
    }
  };
  const start = (): void => {
    const order: ProbeOrder = {
      shared,
      port,
      host: plan.host,
      words: registry.words,
      routes,
      limits: { tickMs: BEAT_MS, wedgedMs: plan.wedgedMs, verdictMs: plan.verdictMs },
    };
    worker = startProber(order, {
      said(message) {
        // Until now the thread kept the process alive, because the caller may wait only for `listening`.
        worker?.unref();
        if (message.type === "probed") {
          health.start();
          publish();
        } else if (message.type === "listening") {
          ({ port } = message);
          printed.clear();
          restartMs = RESTART_MS;
          heard({ port });
        } else {
          const error = fromPlainError(message.error);
          warnOnce(
            "failed",
            `probeThread() cannot listen on port ${port}: ${toSafeText(error.message)}. ` +
              "No probe is answered there. The thread tries again.",
          );
          heard(error);
        }
      },
      ended,
    });
  };

  const listening = handled(
    new Promise<{ readonly port: number }>((resolve, reject) => {
      heard = (result) => (result instanceof Error ? reject(result) : resolve(result));
    }),
  );
  publish();
  // This may throw, for example without permission for threads. So nothing else has begun before.
  start();
  const unsubscribe = registry.subscribe(({ type }) => {
    // These changes must reach probers at once: a new word, the drain, and the end.
    if (type === "probe" || type === "drain") publish();
  }, "part");
  beat();

  return {
    listening,
    snapshot: busy.snapshot,
    async close() {
      isClosed = true;
      unsubscribe();
      cancelBeat();
      cancelRestart();
      heard(new Error("the thread was closed"));
      await worker?.terminate();
    },
  };
}

function startProber(
  order: ProbeOrder,
  on: { readonly said: (message: FromProber) => void; readonly ended: (reason: string) => void },
): Worker {
  const { source, eval: isText } = probeProgram();
  const worker = new Worker(source, { eval: isText, name: "health-state probes", workerData: order });
  let reason: string | undefined;
  worker.on("message", on.said);
  worker.on("error", (error: unknown) => {
    reason = String(error);
  });
  worker.on("exit", (code: number) => on.ended(reason ?? `it ended with code ${code}`));
  return worker;
}
