// Lines that must compile and lines that must not; `tsc -p tsconfig.test.json` is the test.
import { atMost, createHealth, notEmpty, sample, seed, sizeChange, type Loader, type Store } from "../../src/index.ts";
import { bytes, fileStore, fromFile, fromFiles, json, v8 } from "../../src/source/file/index.ts";
import { kvStore, type StorageLike } from "../../src/store/kv/index.ts";

type Rates = Map<string, number>;
declare const rates: Rates;
declare const storage: StorageLike;
declare const load: Loader<Rates>;

/** What a resource takes of these, as its options do. */
declare function resource<T>(options: {
  readonly load: Loader<T>;
  readonly lastKnownGood?: Store<NoInfer<T>> | readonly Store<NoInfer<T>>[];
}): T;

// A store of the value's type, and a list of them.
resource({ load, lastKnownGood: fileStore("a", { codec: v8<Rates>() }) });
resource({ load, lastKnownGood: [kvStore(storage, "a", { codec: v8<Rates>() }), seed(rates, { asOf: 0 })] });
// The conversion is inferred from the resource.
resource({
  load,
  lastKnownGood: fileStore("a", {
    codec: json({ write: (map: Rates) => [...map], read: (rows) => new Map(rows) }),
  }),
});
// @ts-expect-error A store of another type.
resource({ load, lastKnownGood: fileStore("a", { codec: v8<string>() }) });
// @ts-expect-error A store of bytes is none of rates.
resource({ load, lastKnownGood: fileStore("a", { codec: bytes() }) });

// The value is what parse makes.
const parsed: Loader<Rates> = fromFile("a", { parse: (body): Rates => new Map(Object.entries(body)) });
const set: Loader<string> = fromFiles("a", ["crt", "key"], { as: "text", parse: ({ crt, key }) => crt + key });
void [parsed, set];
// @ts-expect-error The set has no file of that name.
fromFiles("a", ["crt"], { as: "text", parse: ({ key }) => key });

// Validators know the value of the resource.
createHealth().resource("rates", {
  load,
  validate: [
    notEmpty(),
    sizeChange({ fewer: "30%", more: "200%" }),
    atMost("500MB", (map) => map.size * 100),
    sample(1000, ([currency, rate]) => currency.length === 3 && rate > 0),
  ],
});
// @ts-expect-error The size function is of another type.
createHealth().resource("other", { load, validate: notEmpty((text: string) => text.length) });
