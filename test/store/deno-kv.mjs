// A store on Deno KV through unstorage:  deno run -A --unstable-kv deno-kv.mjs <unstorage>
// Prints one line of JSON: what was restored before a save, after it, after new stamps, and after remove().
import { json, kvStore } from "../../dist/src/store/kv/index.js";

const [unstorage] = Deno.args;
const { createStorage } = await import(`file://${unstorage}/dist/index.mjs`);
const { default: denoKv } = await import(`file://${unstorage}/drivers/deno-kv.mjs`);
const storage = createStorage({ driver: denoKv({ path: ":memory:" }) });
const context = { name: "rates", source: "x", now: Date.now(), signal: new AbortController().signal };
const make = () => kvStore(storage, "rates", { codec: json() });
const said = [await make().restore(context)];
const store = make();
await store.save({ value: { eur: 1 }, revision: "1", checkedAt: context.now - 9, asOf: undefined }, context);
said.push(await make().restore(context));
await store.stamp({ checkedAt: context.now, asOf: undefined }, context);
said.push(await make().restore(context));
await store.remove(context);
said.push(await make().restore(context));
console.log(JSON.stringify(said.map((one) => one ?? null).map(shown)));
Deno.exit(0);

/** The stamps are told from the moment of the test. */
function shown(one) {
  return typeof one === "object" && one !== null ? [one.value, one.checkedAt - context.now, one.origin] : one;
}
