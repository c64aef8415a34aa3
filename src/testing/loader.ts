import type { LoadContext } from "../resource/options.ts";

/** One call of a scripted loader, to be ended by the test. */
export interface ScriptedLoad<T> {
  /** What the loader was told. */
  readonly context: LoadContext;
  /** Ends it with a value, `loaded()` or `unchanged()`. */
  succeed(result: T): void;
  /** Ends it with an error, or anything else that can be thrown. */
  fail(error?: unknown): void;
}

/** A loader whose every call waits for the test to say how it ends. */
export interface ScriptedLoader<T> {
  /** Hand this on as `load`. */
  readonly load: (context: LoadContext) => Promise<T>;
  /** Every call so far. */
  readonly calls: readonly ScriptedLoad<T>[];
  /** The call that came last. @throws Error before the first */
  readonly last: ScriptedLoad<T>;
}

/** Makes a loader for `health.resource("index", { load: loader.load })` that the test ends, call by call. */
export function createScriptedLoader<T>(): ScriptedLoader<T> {
  const calls: ScriptedLoad<T>[] = [];
  return {
    calls,
    get last() {
      const call = calls.at(-1);
      if (!call) throw new Error("the loader has not been called yet; start() the health first");
      return call;
    },
    load: (context) =>
      new Promise<T>((resolve, reject) => {
        calls.push({ context, succeed: resolve, fail: (error = new Error("scripted failure")) => reject(error) });
      }),
  };
}
