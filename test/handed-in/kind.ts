/** A Proxy whose every use throws something that is no error of ours. */
const throwing = (): ProxyHandler<object> =>
  new Proxy(
    {},
    {
      get: () => () => {
        throw new RangeError("the Proxy throws");
      },
    },
  );

/** A Proxy that nobody may use any more: even `Array.isArray()` throws. */
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** Every kind of argument that somebody may hand in by mistake. Each is made anew. */
export const KINDS = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  "the number 7": () => 7,
  NaN: () => NaN,
  "a negative number": () => -1,
  Infinity: () => Infinity,
  "a huge number": () => 1e300,
  "a bigint": () => 1n,
  "an empty text": () => "",
  "a text": () => "No such thing",
  "a text of 10,000 characters": () => "x\n".repeat(5_000),
  "a symbol": () => Symbol("given"),
  "a function": () => () => undefined,
  "an array": () => [],
  "an array of nothing": () => [null],
  "an object": () => ({}),
  "an object with an unknown name": () => ({ noSuchName: 1 }),
  "an object without a prototype": () => Object.assign(Object.create(null), { bare: 1 }),
  "an object that has no text": () => ({
    toString() {
      throw new RangeError("no text");
    },
  }),
  "an object whose getter throws": () => ({
    get broken() {
      throw new RangeError("no value");
    },
  }),
  "an invalid Date": () => new Date(NaN),
  "a promise": () => Promise.resolve(1),
  "a Proxy that throws": () => new Proxy({}, throwing()),
  "a function's Proxy that throws": () => new Proxy(() => {}, throwing()),
  "a Proxy that is revoked": () => revoked(),
  "a Proxy that has everything": (): object =>
    new Proxy(() => {}, { get: () => KINDS["a Proxy that has everything"]() }),
} as const satisfies Readonly<Record<string, () => unknown>>;

export type Kind = keyof typeof KINDS;

// SAFETY: the keys of a constant table.
export const EVERY_KIND = Object.keys(KINDS) as readonly Kind[];

/** What `typeof` calls a function: a slot for a callback cannot tell them apart. */
export const FUNCTIONS: readonly Kind[] = [
  "a function",
  "a function's Proxy that throws",
  "a Proxy that has everything",
];

/** What a slot for a duration takes of the kinds. */
export const DURATIONS: readonly Kind[] = ["the number 7"];
