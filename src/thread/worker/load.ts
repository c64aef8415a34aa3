/** The program of the loading thread of `offThread()`. The build converts it to a text (`program.ts`). */
import { getHeapStatistics } from "node:v8";
import { parentPort, resourceLimits } from "node:worker_threads";
import { checkData, noteOf, outcomeOf } from "../../resource/outcome.ts";
import { waitAskedBy } from "../../resource/retry-later.ts";
import {
  fromPlainError,
  outOfMemory,
  toPlainError,
  type FromLoader,
  type PlainOutcome,
  type ToLoader,
} from "./message.ts";
import { lowerPriority } from "./priority.ts";
import { toParcel } from "./to-bytes.ts";

type Order = ToLoader & { readonly type: "load" };

/** The abort controllers of the running loads, by the number of the load. */
const running = new Map<number, AbortController>();

/** Sends a reply. A buffer that cannot be transferred, such as WebAssembly memory, is copied. */
function reply(message: FromLoader, transfer: readonly ArrayBuffer[]): void {
  try {
    parentPort?.postMessage(message, transfer);
  } catch (error) {
    const { outcome } = message;
    if (outcome.type !== "bytes" || !transfer.length) throw error;
    const bytes = outcome.bytes.slice();
    parentPort?.postMessage({ ...message, outcome: { ...outcome, bytes } }, [bytes.buffer]);
  }
}

/** Returns the loader of a module. In CommonJS from TypeScript, the default export is inside `default`. */
async function loaderOf(href: string): Promise<(context: object) => unknown> {
  const module = (await import(href)) as { readonly default?: unknown }; // SAFETY: the field is checked below
  const inner: unknown = Reflect.get(Object(module.default), "default");
  const found = typeof module.default === "function" ? module.default : inner;
  if (typeof found !== "function")
    throw Object.assign(
      new Error(`the module ${href} has no function as its default export. Export the loader as default.`),
      {
        code: "HS_NO_LOADER",
      },
    );
  // SAFETY: it is a function, and its result is checked.
  return found as (context: object) => unknown;
}

async function load({ module, context, maxBytes }: Order, signal: AbortSignal): Promise<Ended> {
  const loader = await loaderOf(module);
  const result = outcomeOf(await loader({ ...context, previous: undefined, signal }));
  const { revision, asOf } = noteOf(result);
  if (result.isUnchanged) {
    const behind = typeof result.behind === "string" ? result.behind : undefined;
    return { outcome: { type: "unchanged", revision, asOf, behind }, transfer: [] };
  }
  const value = result.isMarked ? await result.value : result.value;
  checkData(value);
  const { bytes, transfer } = toParcel(value, maxBytes);
  const { isMarked, keep } = result;
  return { outcome: { type: "bytes", bytes, isMarked, revision, asOf, keep: keep !== false }, transfer };
}

interface Ended {
  readonly outcome: PlainOutcome;
  readonly transfer: readonly ArrayBuffer[];
}

/** How often the thread checks its memory, in ms. */
const MEMORY_LOOK_MS = 250;

/**
 * Watches the heap on Deno. There, a computation that runs out of memory may stop, and its promise never settles. The
 * only trace is a higher heap limit, because the engine raises the limit before it stops the computation.
 */
function watchMemory(onEnd: () => void): () => void {
  if (process.versions["deno"] === undefined) return () => {};
  const { heap_size_limit: limit } = getHeapStatistics();
  const timer = setInterval(() => {
    if (getHeapStatistics().heap_size_limit > limit) onEnd();
  }, MEMORY_LOOK_MS);
  return () => clearInterval(timer);
}

async function obey(order: Order): Promise<void> {
  const stopWatch = watchMemory(() => {
    stopWatch();
    const error = toPlainError(outOfMemory(`${resourceLimits?.maxOldGenerationSizeMb} MiB`));
    reply({ id: order.id, outcome: { type: "failed", error, waitMs: undefined } }, []);
  });
  const controller = new AbortController();
  running.set(order.id, controller);
  const { outcome, transfer } = await load(order, controller.signal).catch((thrown: unknown): Ended => ({
    outcome: { type: "failed", error: toPlainError(thrown), waitMs: waitAskedBy(thrown) },
    transfer: [],
  }));
  stopWatch();
  running.delete(order.id);
  reply({ id: order.id, outcome }, transfer);
}

lowerPriority();
parentPort?.on("message", (message: ToLoader) => {
  if (message.type === "load") void obey(message);
  else running.get(message.id)?.abort(fromPlainError(message.reason));
});
