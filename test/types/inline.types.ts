// Loaders that are written inline, together with options that take the type of the value from them.
import { atMost, createHealth, loaded, notEmpty, sample, seed, sizeChange, type Resource } from "../../src/index.ts";
import { fileStore, fromFile, json } from "../../src/source/file/index.ts";
import { fromHttp } from "../../src/source/http/index.ts";

/** Fails to compile unless both are the very same type. */
type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
declare function same<A, B>(is: Same<A, B>): void;
type Rates = Map<string, number>;

const health = createHealth();
const url = "https://a.example/";

// A check that needs no function for the size takes any value, so it does not disturb the inference.
const checked = health.resource("checked", {
  load: fromHttp(url, { parse: (rows) => new Map<string, number>(rows) }),
  validate: [notEmpty(), sizeChange({ fewer: "30%" }), atMost(1_000)],
  onRejected: ({ name }) => name,
});
same<typeof checked, Resource<Rates>>(true);
const alone = health.resource("alone", {
  load: async ({ signal }) => loaded(new Map<string, number>([[String(signal.aborted), 1]]), { revision: "1" }),
  validate: notEmpty(),
});
same<typeof alone, Resource<Rates>>(true);

// With the type of the value on resource(), every other option knows it.
const r1 = health.resource<Rates>("r1", {
  load: fromHttp(url, { parse: (rows) => new Map<string, number>(rows) }),
  lastKnownGood: fileStore("a", {
    codec: json({ write: (map) => [...map], read: (rows) => new Map(rows) }),
    maxAge: "7d",
    schema: "2",
  }),
});
same<typeof r1, Resource<Rates>>(true);
const r2 = health.resource<Rates>("r2", {
  load: fromHttp(url, { parse: (rows) => new Map<string, number>(rows) }),
  validate: notEmpty(),
});
same<typeof r2, Resource<Rates>>(true);
const r3 = health.resource<Rates>("r3", {
  load: fromHttp(url, { parse: (rows) => new Map<string, number>(rows) }),
  validate: [notEmpty(), sizeChange({ fewer: "30%" }), sample(10, ([name, rate]) => name !== "" && rate > 0)],
  onRejected: ({ name }) => name,
  lastKnownGood: [
    fileStore("a", { codec: json({ write: (map) => [...map], read: (rows) => new Map(rows) }) }),
    seed(new Map([["a", 1]]), { asOf: 0 }),
  ],
  dispose: (map) => map.clear(),
});
same<typeof r3, Resource<Rates>>(true);
const r4 = health.resource<Rates>("r4", {
  load: fromHttp(url, { parse: (rows) => new Map<string, number>(rows) }),
  validate: (next, previous) => next.size > (previous?.size ?? 0),
});
same<typeof r4, Resource<Rates>>(true);
const r5 = health.resource<Rates>("r5", {
  load: async ({ signal }) => loaded(new Map<string, number>([[String(signal.aborted), 1]]), { revision: "1" }),
  validate: notEmpty(),
  lastKnownGood: fileStore("a", { codec: json({ write: (map) => [...map], read: (rows) => new Map(rows) }) }),
});
same<typeof r5, Resource<Rates>>(true);
const r6 = health.resource<Rates>("r6", {
  load: fromFile("a", { parse: (body) => new Map<string, number>(Object.entries(body)) }),
  validate: notEmpty(),
  lastKnownGood: fileStore("a", { codec: json({ write: (map) => [...map], read: (rows) => new Map(rows) }) }),
});
same<typeof r6, Resource<Rates>>(true);

const r7 = health.resource<Rates>("r7", {
  load: fromHttp(url, { parse: (rows) => new Map(rows) }),
  lastKnownGood: fileStore("a", { codec: json() }),
  // An entry may be annotated as a tuple that is not readonly.
  validate: sample(100, ([name, rate]: [string, number]) => name !== "" && rate > 0),
});
same<typeof r7, Resource<Rates>>(true);
// The same with a loader that has a name.
const load = fromHttp(url, { parse: (rows) => new Map<string, number>(rows) });
const named = health.resource("named", {
  load,
  validate: sample(100, ([name, rate]: [string, number]) => name !== "" && rate > 0),
});
same<typeof named, Resource<Rates>>(true);
// @ts-expect-error the store is of another type
health.resource<Rates>("other", { load, lastKnownGood: seed("text", { asOf: 0 }) });
