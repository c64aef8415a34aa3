import fc from "fast-check";

/** How a load ends. */
export const ENDINGS = [
  "value",
  "old",
  "future",
  "bad",
  "badRevision",
  "refusedAgain",
  "same",
  "sameAgain",
  "back",
  "undefined",
  "noValue",
  "error",
  "nonError",
  "unchanged",
  "unchangedOld",
  "unchangedRefused",
  "badAsOf",
  "badRevisionType",
] as const;
export type Ending = (typeof ENDINGS)[number];

/** What can be done from inside a listener too. */
export const ACTS = [
  "start",
  "get",
  "getYoung",
  "getAborted",
  "reload",
  "invalidate",
  "unload",
  "drain",
  "close",
  "ready",
  "probe",
  "borrow",
  "release",
  "join",
  "part",
  "abort",
] as const;
export type Act = (typeof ACTS)[number];

export type Command =
  | readonly ["act", Act]
  | readonly ["end", Ending]
  | readonly ["late", Ending, number]
  | readonly ["advance" | "jump" | "freeze", number]
  /** On the next event a listener does this, and throws or not. */
  | readonly ["react", Act, boolean]
  /** The next call of the loader does this by itself, at once or when it is aborted. */
  | readonly ["script", Script];

export const SCRIPTS = [
  "throw",
  "reload",
  "unload",
  "invalidate",
  "get",
  "abort:reload",
  "abort:unload",
  "abort:get",
] as const;
export type Script = (typeof SCRIPTS)[number];

const act = (...names: Act[]): fc.Arbitrary<Command> =>
  fc.tuple(fc.constant("act" as const), fc.constantFrom(...names));
const ending = fc.constantFrom(...ENDINGS);
const ms = fc.oneof(
  fc.constantFrom(1, 99, 100, 999, 1_000, 1_001, 4_000, 10_000, 25_000, 25_001),
  fc.integer({ min: 0, max: 70_000 }),
);

export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: fc.tuple(fc.constant("end" as const), fc.oneof(fc.constantFrom("value" as const), ending)) },
  { weight: 8, arbitrary: fc.tuple(fc.constant("advance" as const), ms) },
  { weight: 5, arbitrary: act("start", "get", "getYoung", "getAborted", "ready", "probe", "abort") },
  { weight: 5, arbitrary: act("reload") },
  { weight: 4, arbitrary: act("invalidate") },
  { weight: 3, arbitrary: act("unload") },
  { weight: 3, arbitrary: act("borrow", "release", "join", "part") },
  { weight: 1, arbitrary: act("drain", "close") },
  { weight: 3, arbitrary: fc.tuple(fc.constant("react" as const), fc.constantFrom(...ACTS), fc.boolean()) },
  { weight: 3, arbitrary: fc.tuple(fc.constant("script" as const), fc.constantFrom(...SCRIPTS)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("late" as const), ending, fc.nat(3)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("jump" as const), fc.integer({ min: -3_600_000, max: 40_000 })) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("freeze" as const), fc.integer({ min: 0, max: 90_000 })) },
);

/** What a resource is made with, in ms. */
export const setup = fc.record({
  limits: fc.constantFrom(
    { refreshEvery: 10_000, staleAfter: 25_000, refuseAfter: 25_000 },
    { refreshEvery: 10_000, staleAfter: 25_000, refuseAfter: 60_000 },
    { refreshEvery: 10_000, staleAfter: 11_000, refuseAfter: Infinity },
    { refreshEvery: Infinity, staleAfter: 20_000, refuseAfter: 20_000 },
    { refreshEvery: Infinity, staleAfter: Infinity, refuseAfter: Infinity },
    { refreshEvery: 50, staleAfter: 500, refuseAfter: 800 },
  ),
  validate: fc.constantFrom("sync" as const, "async" as const),
  random: fc.array(fc.constantFrom(0, 0.25, 0.5, 0.999999), { minLength: 1, maxLength: 3 }),
  wall: fc.constantFrom(0, Date.UTC(2026, 0, 1)),
});
export type Setup = typeof setup extends fc.Arbitrary<infer S> ? S : never;
