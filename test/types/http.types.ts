// Lines about fromHttp() and fromPointer() that must compile and lines that must not.
import { byVersion, createHealth, type Resource, type Version, type VersionedLoader } from "../../src/index.ts";
import { fromHttp, fromPointer, type Json } from "../../src/source/http/index.ts";

const health = createHealth();

/** Fails to compile unless both are the very same type. */
type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
declare function same<A, B>(is: Same<A, B>): void;

// T is what parse gives, plain or promised.
const sizes = fromHttp("https://a.example/", { parse: (body: readonly string[]) => body.length });
same<typeof sizes, VersionedLoader<number>>(true);
const promised = fromHttp("https://a.example/", { parse: async (body: Json) => new Map<string, number>(body) });
same<typeof promised, VersionedLoader<Map<string, number>>>(true);
const text = fromHttp("https://a.example/", {
  as: "text",
  parse: (body) => (same<typeof body, string>(true), body.length),
});
same<typeof text, VersionedLoader<number>>(true);
const stream = fromHttp("https://a.example/", {
  as: "stream",
  parse: async (body) => (same<typeof body, ReadableStream<Uint8Array>>(true), 1),
});
same<typeof stream, VersionedLoader<number>>(true);

// Without parse it is the body.
const plain = fromHttp("https://a.example/");
same<typeof plain, VersionedLoader<unknown>>(true);
const bytes = fromHttp("https://a.example/", { as: "bytes" });
same<typeof bytes, VersionedLoader<Uint8Array<ArrayBuffer>>>(true);
const string = fromPointer("https://a.example/", { as: "text" });
same<typeof string, VersionedLoader<string>>(true);
const object = fromPointer("https://a.example/", { parse: (body: { n: number }) => body.n });
same<typeof object, VersionedLoader<number>>(true);

// A resource takes the type from it.
const rates = health.resource("rates", {
  load: fromHttp("https://rates.example/v2.json", { parse: (json) => new Map<string, number>(Object.entries(json)) }),
  refreshEvery: "30s",
});
same<typeof rates, Resource<Map<string, number>>>(true);
// TypeScript looks at a call that gives a function last. A loader that validate takes its type from has a name.
const load = fromHttp("https://a.example/", { as: "text", parse: (body) => body.length });
const validated = health.resource("validated", {
  load,
  validate: (next, previous) => {
    same<typeof next, number>(true);
    same<typeof previous, number | undefined>(true);
  },
});
same<typeof validated, Resource<number>>(true);

// @ts-expect-error it is maxBytes
fromHttp("https://a.example/", { maxbytes: 1 });
// @ts-expect-error there is no such form
fromHttp("https://a.example/", { as: "xml" });
// @ts-expect-error a stream needs parse
fromHttp("https://a.example/", { as: "stream" });
// @ts-expect-error parse is given text, as it says
fromHttp("https://a.example/", { as: "text", parse: (body: number) => body });
fromHttp("https://a.example/", {
  // @ts-expect-error asOf is given the number that parse gives
  parse: (body: { n: number }) => body.n,
  // @ts-expect-error it is no string
  asOf: (value: string) => value.length,
});
// @ts-expect-error a header is a string
fromHttp("https://a.example/", { headers: { "x-retries": 3 } });
// @ts-expect-error asOf is a function or false
fromHttp("https://a.example/", { asOf: true });
// @ts-expect-error an object that is hashed is no stream
fromPointer("https://a.example/", { as: "stream", parse: () => 1 });
// @ts-expect-error the pointer itself holds asOf
fromPointer("https://a.example/", { asOf: false });
// @ts-expect-error a version has a revision
byVersion({ version: () => ({ asOf: 1 }), load: () => 1 });
same<ReturnType<typeof plain.version>, Promise<Version>>(true);
