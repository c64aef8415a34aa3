import { toBytes, type ByteSize } from "../option/byte-size.ts";
import { checkOptions } from "../option/check-options.ts";
import type { UsingAsyncDisposable } from "../option/disposable.ts";
import { isUrl } from "../option/is-url.ts";
import { checkFunction, fail, invalidOption } from "../option/invalid-option.ts";
import { warn } from "../option/warn.ts";
import type { LoadContext, Loader } from "../resource/loader.ts";
import { loaded, unchanged, type Loaded, type Unchanged } from "../resource/outcome.ts";
import { retryLater } from "../resource/retry-later.ts";
import { startLoadingThread, type LoadingPlan, type LoadingThread } from "./loading-thread.ts";
import { fromPlainError, type PlainOutcome } from "./worker/message.ts";

/** The options of `offThread()`. */
export interface OffThreadOptions<T> {
  /**
   * Creates the value from the bytes, on the main thread. It should not copy the bytes. They begin at offset 0 of their
   * buffer, so you can create any typed array on it.
   * @default the bytes are the value, as a `Uint8Array`
   */
  readonly view?: ((bytes: Uint8Array) => T | PromiseLike<T>) | undefined;
  /**
   * The largest JavaScript heap of the thread, at least 16 MiB. A load that needs more fails, and the process
   * continues. Buffers do not count. On Bun, this option throws, because Bun has no such limit. The flag
   * `--max-old-space-size` of Node overrides it, and the library prints a warning.
   * @default the limit of the runtime
   */
  readonly memory?: ByteSize;
  /**
   * The largest result of a load.
   * @default "1GiB"
   */
  readonly maxBytes?: ByteSize;
  /**
   * Whether the thread is kept for the next load. This saves the start of a thread, about 50 ms, and the module keeps
   * its state. Without it, the thread ends after each load, and all its memory is freed.
   * @default false
   */
  readonly keep?: boolean;
}

/** A loader that runs in a thread. */
export interface OffThreadLoader<T> extends Loader<T>, UsingAsyncDisposable {
  /** Ends the thread that the option `keep` keeps, if there is one. A later load starts another thread. */
  close(): Promise<void>;
}

/** The smallest heap in which a module can be imported. */
const LEAST_HEAP = 16 * 2 ** 20;

/** The flags of Node that set the heap of every thread. They override the limit of a thread. */
const HEAP_FLAG = /--max[-_](?:old[-_]space|heap)[-_]size/;

/**
 * Creates a loader that runs in a separate thread, so that it does not block requests and probes.
 *
 * The default export of the module is a loader that returns bytes, directly or in `loaded()`. Bytes are an
 * `ArrayBuffer`, a `SharedArrayBuffer` or a typed array. The main thread copies nothing. An `ArrayBuffer` moves to the
 * main thread, so it is empty in the thread afterwards. With another value the load fails, because a copy would block
 * the main thread.
 *
 * The loader receives the usual context, but without `previous`. After an abort, a load has one second to end. Then its
 * thread is ended, even during a computation. At `timeout`, the thread is ended at once. `unchanged()` and
 * `retryLater()` work. An error keeps its name, message, stack, `code` and other simple fields.
 *
 * It runs on Node, Bun and Deno. The thread starts with the first load, and does not keep the process alive. On Node
 * and Linux, it has a lower priority than the main thread.
 *
 * @param module the module: `new URL("./build.js", import.meta.url)`
 * @throws TypeError with code HS_INVALID_OPTION or HS_UNKNOWN_OPTION for a wrong option, and HS_WRONG_MODE for `memory`
 * on Bun
 * @example
 * const prices = packedMap({ keys: "string", values: "float64" });
 * health.resource("prices", { load: offThread(new URL("./build.js", import.meta.url), { view: prices.view }) });
 */
export function offThread<T = Uint8Array>(module: URL, options: OffThreadOptions<T> = {}): OffThreadLoader<T> {
  const {
    view,
    memory,
    maxBytes = "1GiB",
    keep,
  } = checkOptions("offThread()", options, ["view"], ["memory", "maxBytes", "keep"]);
  if (view !== undefined) checkFunction("view", view);
  if (keep !== undefined && typeof keep !== "boolean") invalidOption("keep", keep, "true or false");
  const plan: LoadingPlan = {
    module: hrefOf(module),
    maxBytes: toBytes("maxBytes", maxBytes),
    heapMiB: memory === undefined ? undefined : toHeapMiB(memory),
  };
  let idle: LoadingThread | undefined;

  const load = async (context: LoadContext): Promise<T | Loaded<T> | Unchanged> => {
    context.signal.throwIfAborted();
    const thread = idle?.isUsable ? idle : startLoadingThread(plan);
    idle = undefined;
    let outcome: PlainOutcome;
    try {
      outcome = await thread.run(context);
    } finally {
      // An abandoned load may overlap with the next one. Only one thread is kept.
      if (keep && thread.isUsable && !idle) idle = thread;
      else void thread.end();
    }
    return toResult(outcome, view);
  };
  const close = async (): Promise<void> => {
    const thread = idle;
    idle = undefined;
    await thread?.end();
  };
  return Object.assign(load, { close, [Symbol.asyncDispose]: close });
}

/** @throws TypeError unless the value is a URL that the runtime can import */
function hrefOf(module: unknown): string {
  if (isUrl(module) && /^(file|data|https?):$/.test(module.protocol)) return module.href;
  return invalidOption("offThread's module", module, "a URL: new URL(…, import.meta.url) of a file, data: or http:");
}

function toHeapMiB(memory: ByteSize): number {
  const bytes = toBytes("memory", memory, LEAST_HEAP);
  if (process.versions["bun"] !== undefined)
    fail(
      "HS_WRONG_MODE",
      "the option memory does not work on Bun, because Bun has no limit for the memory of a thread. Remove it.",
    );
  const flags = process.versions["deno"] === undefined && [...process.execArgv, process.env["NODE_OPTIONS"]].join(" ");
  if (flags && HEAP_FLAG.test(flags))
    warn("the option memory has no effect, because --max-old-space-size of Node overrides it. Remove one of them.");
  return Math.ceil(bytes / 2 ** 20);
}

async function toResult<T>(
  outcome: PlainOutcome,
  view: OffThreadOptions<T>["view"],
): Promise<T | Loaded<T> | Unchanged> {
  if (outcome.type === "failed") {
    const error = fromPlainError(outcome.error);
    throw outcome.waitMs === undefined ? error : retryLater(outcome.waitMs, error.cause);
  }
  const { revision, asOf } = outcome;
  if (outcome.type === "unchanged") return unchanged({ revision, asOf, behind: outcome.behind });
  const { bytes, isMarked, keep } = outcome;
  // SAFETY: without a view, T has its default, which is the type of the bytes.
  const value = view ? await view(bytes) : (bytes as T);
  return isMarked ? loaded(value, { revision, asOf, keep }) : value;
}
