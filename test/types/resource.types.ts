// Lines that must compile and lines that must not; `tsc -p tsconfig.test.json` is the test.
import { borrow, createHealth, loaded, NotReadyError, unchanged } from "../../src/index.ts";
import type { HealthEvent, ResourceEvent, Lease, LoadContext, Resource, Snapshot, State } from "../../src/index.ts";

interface Index {
  lookup(hash: string): readonly string[];
}
declare const index: Index;
declare const some: boolean;
const health = createHealth();

/** Fails to compile unless both are the very same type. */
type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
declare function same<A, B>(is: Same<A, B>): void;

// T is what load gives: plain, promised, loaded(), or any of them mixed with unchanged().
const plain = health.resource("plain", { load: () => index });
same<typeof plain, Resource<Index>>(true);
const promised = health.resource("promised", { load: async () => index });
same<typeof promised, Resource<Index>>(true);
const noted = health.resource("noted", { load: () => loaded(index, { revision: "1", asOf: new Date() }) });
same<typeof noted, Resource<Index>>(true);
const promisedNote = health.resource("promised-note", { load: async () => loaded(index, { asOf: 0 }) });
same<typeof promisedNote, Resource<Index>>(true);
const mixed = health.resource("mixed", { load: async () => (some ? unchanged() : loaded(index)) });
same<typeof mixed, Resource<Index>>(true);
const threeways = health.resource("threeways", {
  load: async ({ rejected }) =>
    some ? unchanged({ revision: rejected }) : some ? index : loaded(index, { revision: undefined }),
});
same<typeof threeways, Resource<Index>>(true);
// The order of the options does not matter.
const validatedFirst = health.resource("validated-first", {
  validate: (next) => next.lookup("x").length > 0,
  load: () => index,
});
same<typeof validatedFirst, Resource<Index>>(true);

// `previous` is unknown unless annotated.
health.resource("unknown", {
  load: ({ previous, signal, revision, asOf, rejected, attempt }) => {
    same<typeof previous, unknown>(true);
    same<typeof signal, AbortSignal>(true);
    same<typeof revision, string | undefined>(true);
    same<typeof asOf, number | undefined>(true);
    same<typeof rejected, string | undefined>(true);
    same<typeof attempt, number>(true);
    // @ts-expect-error previous is unknown: it cannot be used unannotated
    previous.lookup("x");
    return index;
  },
});
const annotated = health.resource("annotated", {
  load: ({ previous }: LoadContext<Index>) => {
    same<typeof previous, Index | undefined>(true);
    return previous ?? index;
  },
});
same<typeof annotated, Resource<Index>>(true);
health.resource("contradiction", {
  // @ts-expect-error the annotation says Index, and the loader returns a number
  load: ({ previous }: LoadContext<Index>) => (previous ? 1 : 2),
});

// validate and dispose take the value that load gives.
health.resource("taken", {
  load: () => index,
  validate: (next, previous) => {
    same<typeof next, Index>(true);
    same<typeof previous, Index | undefined>(true);
  },
  dispose: (value) => same<typeof value, Index>(true),
});
health.resource("async-validate", { load: () => index, validate: async () => false, dispose: async () => {} });
health.resource("misjudged", {
  load: () => index,
  // @ts-expect-error validate says true, false or nothing; a string is a mistake
  validate: () => "fine",
});
health.resource("wrong-validate", {
  load: () => index,
  // @ts-expect-error validate is given the Index that load returns
  validate: (next: string) => next.length > 0,
});
health.resource("wrong-dispose", {
  load: () => index,
  // @ts-expect-error dispose is given the Index that load returns
  dispose: (value: string) => value.length,
});

// Names of options.
// @ts-expect-error a resource needs a loader
health.resource("no-load", { refreshEvery: "30s" });
// @ts-expect-error it is refreshEvery
health.resource("misspelt", { load: () => index, refreshevery: "30s" });
// @ts-expect-error it is staleAfter
health.resource("foreign", { load: () => index, ttl: "30s" });
// @ts-expect-error a duration is a number of ms or a string
health.resource("date", { load: () => index, staleAfter: new Date() });
// @ts-expect-error required is a boolean
health.resource("required", { load: () => index, required: "no" });
health.resource("never", { load: () => index, refreshEvery: "never", staleAfter: 65_000, refuseAfter: "never" });
// @ts-expect-error asOf is a Date or epoch ms
loaded(index, { asOf: "2026-01-01" });
unchanged({ revision: 7 });
unchanged({ revision: 7n });
// @ts-expect-error a revision is a string, a number or a bigint
unchanged({ revision: new Date() });

// What is no data does not compile, and what is unknown does.
// @ts-expect-error a value must not be null
health.resource("nullable", { load: () => (some ? index : null) });
// @ts-expect-error a value must not be undefined
health.resource("nothing", { load: async () => {} });
health.resource("parsed", { load: async () => JSON.parse("{}") as unknown });
same<ReturnType<typeof loaded<Promise<Index>>>, ReturnType<typeof loaded<Index>>>(true);

// What readers get.
same<ReturnType<typeof plain.get>, Promise<Index>>(true);
same<ReturnType<typeof plain.peek>, Index | undefined>(true);
same<ReturnType<typeof plain.reload>, Promise<Snapshot<Index>>>(true);
const lease = borrow(plain);
same<typeof lease, Lease<Index> | undefined>(true);
plain.subscribe((event) => {
  same<typeof event, ResourceEvent<Index>>(true);
  same<typeof event.state, State>(true);
  // @ts-expect-error a record is never changed
  event.snapshot.generation = 2;
});
health.subscribe((event) => {
  same<typeof event, HealthEvent>(true);
  if (event.type === "probe") same<typeof event.word, string>(true);
  else if (event.type === "drain") same<typeof event.delayMs, number>(true);
  else if ("group" in event) same<typeof event.replica, string>(true);
  else same<typeof event.snapshot.value, unknown>(true);
});
void plain.get({ signal: new AbortController().signal, maxAge: "10m" });
// @ts-expect-error it is maxAge
void plain.get({ maxage: "10m" });
// @ts-expect-error there is no fifth state
export const state: State = "FAILED";

// A check has no value, and its result is looked at only for false.
const check = health.check("database", {
  run: () => Promise.resolve({ rows: [] }),
  refreshEvery: "5s",
  staleAfter: "20s",
});
same<typeof check, Resource<true>>(true);
// @ts-expect-error a check runs, it does not load
health.check("database", { load: () => 1 });

// One resource fits where a resource of anything is asked for, and not where another is.
export const anything: Resource<unknown> = plain;
// @ts-expect-error an Index is no number
export const number: Resource<number> = plain;

export function reasons(error: unknown): string {
  if (!(error instanceof NotReadyError)) return "";
  same<typeof error.state, State>(true);
  return `${error.reason} ${error.retryAfter.toFixed()}`;
}
