export { bytes } from "./bytes.ts";
export { json, type Conversion } from "../json.ts";
export type { RecordOptions } from "../record.ts";
export { kvStore, type KvNamespaceLike, type StorageLike } from "./kv-store.ts";
