export type { PackedKey, PackedKeyKind } from "./key-kind.ts";
export {
  packedMap,
  type PackedMap,
  type PackedMapOf,
  type PackedMapShape,
  type PackedMapWriter,
  type PackedValue,
  type PackedValueKind,
} from "./packed-map.ts";
export {
  packedSet,
  type PackedSet,
  type PackedSetOf,
  type PackedSetShape,
  type PackedSetWriter,
} from "./packed-set.ts";
