// Lines that must compile and lines that must not; `tsc -p tsconfig.test.json` is the test.
import { createHealth, type Loader, type Resource } from "../../src/index.ts";
import { shared } from "../../src/cluster/index.ts";
import { packedMap, packedSet, type PackedMap, type PackedSet } from "../../src/packed/index.ts";
import { bytes, json } from "../../src/source/file/index.ts";
import { offThread } from "../../src/thread/index.ts";

declare const url: URL;
const health = createHealth();

// The shape says what keys and values are.
const prices = packedMap({ keys: "string", values: "float64" });
const price: number | undefined = prices.view(prices.pack([["apple", 1]])).get("apple");
const names: PackedMap<Uint8Array, string> = packedMap({ keys: 16, values: "string" }).view(new Uint8Array());
const blocked: PackedSet<Uint8Array> = packedSet({ keys: 32 }).view(new Uint8Array());
// @ts-expect-error A key of another kind.
prices.pack([[1, 1]]);
// @ts-expect-error A value of another kind.
packedMap({ keys: "string", values: "bytes" }).writer().set("apple", 1);
// @ts-expect-error There are no such values.
packedMap({ keys: "string", values: "date" });
// @ts-expect-error A packed map cannot be changed.
prices.view(new Uint8Array()).set("apple", 1);

// The value is what `view` gives, and bytes without one.
const raw: Loader<Uint8Array> = offThread(url);
const index: Resource<PackedMap<string, number>> = health.resource("index", {
  load: offThread(url, { view: prices.view }),
});
// @ts-expect-error The view makes another value.
const wrong: Loader<string> = offThread(url, { view: prices.view });

// The codec must be one of the value.
const load = offThread(url, { view: prices.view });
shared("/run/app", load, { codec: bytes({ write: (map: PackedMap<string, number>) => map.bytes, read: prices.view }) });
// @ts-expect-error A codec of another value.
shared("/run/app", load, { codec: json<string>() });

export { blocked, index, names, price, raw, wrong };
