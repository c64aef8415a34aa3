/** Everything that a loader may throw and that is no plain error. Each is made anew. */
export const HOSTILE_ERRORS: Readonly<Record<string, () => unknown>> = {
  "an error that is its own cause": () => {
    const error = new Error("circle");
    error.cause = new AggregateError([error], "ring", { cause: error });
    return error;
  },
  "an error whose message throws": () =>
    Object.defineProperty(new Error(), "message", {
      get() {
        throw new RangeError("no message");
      },
    }),
  "an error whose message is a symbol": () => Object.assign(new Error(), { message: Symbol("quiet") }),
  "an error whose message has no text": () => Object.assign(new Error(), { message: Object.create(null) as object }),
  "an error of 10 MB": () => new Error("x".repeat(10_000_000)),
  "an error with markup": () => new Error(HOSTILE_TEXT),
  "an object without a prototype": () => Object.assign(Object.create(null) as object, { toJSON: refuse }),
  "an object that has no text": () => ({ toString: refuse, toJSON: refuse, [Symbol.toPrimitive]: refuse }),
  "a Proxy that throws": () => new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse, ownKeys: refuse }),
  "a Proxy that is revoked": () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  "a text with markup": () => HOSTILE_TEXT,
  "a symbol": () => Symbol("thrown"),
  "a bigint": () => 1n,
  nothing: () => undefined,
};

/** Quotes, markup, lines, a turn of the direction, half a character, and length. */
export const HOSTILE_TEXT: string = `"'\`\\ <img src=x onerror=alert(1)> </script>&amp;\r\ndata: x\n\n\u202e\ud800\u0000{} ${"ä".repeat(10_000)}`;

function refuse(): never {
  throw new RangeError("leave me alone");
}

/** A promise that fails, as an async function of the user gives it. */
export const rejecting = (): Promise<never> => Promise.reject(new Error("rejected by the user's function"));

/** Counts what nobody handled. Call `end()` after the test. */
export function watchEscapes(): { readonly escaped: unknown[]; end(): Promise<void> } {
  const escaped: unknown[] = [];
  const note = (reason: unknown): void => void escaped.push(reason);
  process.on("unhandledRejection", note);
  return {
    escaped,
    async end() {
      // Node reports a rejection after the microtasks of a turn.
      await new Promise((resolve) => setImmediate(resolve));
      process.off("unhandledRejection", note);
    },
  };
}
