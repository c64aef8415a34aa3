import { fail } from "../option/invalid-option.ts";
import type { LoadContext } from "../resource/options.ts";
import type { Loaded, Unchanged } from "../resource/outcome.ts";

/** One call of a scripted loader. The test ends it. */
export interface ScriptedLoad<T> {
  /** The context that the loader received. */
  readonly context: LoadContext;
  /** Ends the call with a value, `loaded()` or `unchanged()`. */
  succeed(result: T | Loaded<T> | Unchanged): void;
  /** Ends the call with an error, or any other thrown value. @default an error "scripted failure" */
  fail(error?: unknown): void;
}

/** A loader that the test controls. */
export interface ScriptedLoader<T> {
  /** The loader. Pass it as the option `load`. */
  readonly load: (context: LoadContext) => Promise<T | Loaded<T> | Unchanged>;
  /** Every call so far. */
  readonly calls: readonly ScriptedLoad<T>[];
  /** The last call. @throws TypeError before the first call */
  readonly last: ScriptedLoad<T>;
}

/**
 * Creates a loader for `health.resource("index", { load: loader.load })`. Each call waits until the test ends it.
 *
 * @example
 * const clock = createVirtualClock();
 * const health = createHealth({ clock });
 * const loader = createScriptedLoader<string>();
 * health.resource("greeting", { load: loader.load });
 * health.start();
 * await clock.settle();
 * loader.last.succeed("hello");
 */
export function createScriptedLoader<T>(): ScriptedLoader<T> {
  const calls: ScriptedLoad<T>[] = [];
  return {
    calls,
    get last() {
      const call = calls.at(-1);
      if (!call)
        fail(
          "HS_NOT_CALLED",
          "the loader has not been called yet. Call health.start() and await clock.settle() first.",
        );
      return call;
    },
    load: (context) =>
      new Promise((resolve, reject) => {
        calls.push({ context, succeed: resolve, fail: (error = new Error("scripted failure")) => reject(error) });
      }),
  };
}
