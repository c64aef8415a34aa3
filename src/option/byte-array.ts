/**
 * A `Uint8Array` over an `ArrayBuffer`. The type is derived from the constructor, because TypeScript before 5.7 has no
 * `Uint8Array<ArrayBuffer>`.
 */
export type ByteArray = ReturnType<Uint8ArrayConstructor["of"]>;
