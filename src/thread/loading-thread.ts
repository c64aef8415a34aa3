import { Worker } from "node:worker_threads";
import type { LoadContext } from "../resource/loader.ts";
import { onAbort } from "../resource/on-abort.ts";
import { loadProgram } from "./program.ts";
import {
  isReply,
  OUT_OF_MEMORY,
  outOfMemory,
  toPlainError,
  type PlainOutcome,
  type ToLoader,
} from "./worker/message.ts";

/** How long an aborted load may continue before its thread is ended, in ms. */
const ABORT_GRACE_MS = 1_000;

/** The settings of a loading thread. */
export interface LoadingPlan {
  /** The URL of the module. */
  readonly module: string;
  readonly maxBytes: number;
  /** The largest JavaScript heap, in MiB. `undefined` means the limit of the runtime. */
  readonly heapMiB: number | undefined;
}

/** A thread that runs one load at a time. */
export interface LoadingThread {
  /** Whether the thread can run another load. */
  readonly isUsable: boolean;
  /** Runs one load. Rejects if the thread ends before the load does. */
  run(context: LoadContext): Promise<PlainOutcome>;
  /** Ends the thread at once, even during a computation. */
  end(): Promise<unknown>;
}

/**
 * The most memory for new objects, where the heap has a limit. A third of it can move to the old objects at once. A
 * thread that runs out of memory has 16 MiB more until it ends, and beyond that V8 ends the process. Node before 24 has
 * this number by default.
 */
const MOST_YOUNG_MIB = 48;

/** Starts a thread. The thread never keeps the process alive. */
export function startLoadingThread({ module, maxBytes, heapMiB }: LoadingPlan): LoadingThread {
  const { source, eval: isText } = loadProgram();
  const worker = new Worker(source, {
    eval: isText,
    name: "health-state load",
    ...(heapMiB !== undefined && {
      resourceLimits: { maxOldGenerationSizeMb: heapMiB, maxYoungGenerationSizeMb: MOST_YOUNG_MIB },
    }),
  });
  let isUsable = true;
  let lastId = 0;
  /** Settles the promise of the current load. */
  let current: { readonly id: number; readonly end: (outcome: PlainOutcome | Error) => void } | undefined;

  const lose = (error: Error): void => {
    isUsable = false;
    current?.end(error);
  };
  worker.on("message", (message: unknown) => {
    if (!isReply(message)) return;
    const { id, outcome } = message;
    // A thread that ran out of memory cannot be used again.
    if (outcome.type === "failed" && outcome.error.fields["code"] === OUT_OF_MEMORY) isUsable = false;
    if (current?.id === id) current.end(outcome);
  });
  worker.on("messageerror", (error: Error) => lose(error));
  worker.on("error", (error: unknown) => lose(toEndError(error, heapMiB)));
  worker.on("exit", (code: number) => lose(endedEarly(code)));
  // This comes after the listeners are added, because adding a listener keeps the process alive again.
  worker.unref();

  const end = (): Promise<unknown> => {
    isUsable = false;
    return worker.terminate();
  };

  return {
    get isUsable() {
      return isUsable && !current;
    },
    run(context) {
      const id = ++lastId;
      const { signal, revision, asOf, rejected, attempt, deadline } = context;
      return new Promise<PlainOutcome>((resolve, reject) => {
        let endTimer: NodeJS.Timeout | undefined;
        const stopWatch = onAbort(signal, () => {
          send(worker, { type: "abort", id, reason: toPlainError(signal.reason) });
          // After a timeout the thread ends at once. After any other abort, the load has one second to end.
          const graceMs = Reflect.get(Object(signal.reason), "code") === "HS_TIMED_OUT" ? 0 : ABORT_GRACE_MS;
          endTimer = setTimeout(() => void end(), graceMs);
          endTimer.unref();
        });
        current = {
          id,
          end(outcome) {
            current = undefined;
            stopWatch();
            clearTimeout(endTimer);
            if (outcome instanceof Error) reject(outcome);
            else resolve(outcome);
          },
        };
        send(worker, { type: "load", id, module, maxBytes, context: { revision, asOf, rejected, attempt, deadline } });
      });
    },
    end,
  };
}

function send(worker: Worker, message: ToLoader): void {
  worker.postMessage(message);
}

/** The reason why a thread ended unexpectedly. */
function toEndError(error: unknown, heapMiB: number | undefined): Error {
  if (Reflect.get(Object(error), "code") !== "ERR_WORKER_OUT_OF_MEMORY")
    return error instanceof Error ? error : new Error("the thread of the load failed", { cause: error });
  const limit = heapMiB === undefined ? "the limit of the runtime" : `${heapMiB} MiB`;
  return outOfMemory(limit);
}

function endedEarly(exitCode: number): Error {
  return Object.assign(new Error(`the thread of the load ended before the load did, with code ${exitCode}`), {
    code: "HS_THREAD_ENDED",
  });
}
