import { SIGNAL_BYTES, type SignalType } from "../signal/signal-type.ts";

/** The signals of one type as flat arrays; row `r` is the same thing in each. */
export interface Records {
  readonly size: number;
  /** The signals, as many words of 32 bits a row as the type has. */
  readonly words: Uint32Array;
  readonly contentIds: Uint32Array;
  readonly bankIds: Uint32Array;
}

/** Takes the parts of a build and gives its records. */
export interface RecordReader {
  /** Reads a part; the parts come in their order. @throws Error for a part that does not fit */
  add(part: Uint8Array): void;
  /** How many records are still to come. */
  missing(): number;
  readonly records: Records;
}

/** A reader for `size` records, each a content id, a bank id and a signal, the highest byte first. */
export function createRecordReader(type: SignalType, size: number): RecordReader {
  const wordsPerRow = SIGNAL_BYTES[type] / 4;
  const recordBytes = 8 + SIGNAL_BYTES[type];
  const records: Records = {
    size,
    words: new Uint32Array(size * wordsPerRow),
    contentIds: new Uint32Array(size),
    bankIds: new Uint32Array(size),
  };
  let row = 0;
  return {
    add(part) {
      const count = part.byteLength / recordBytes;
      if (!Number.isInteger(count) || count < 1 || row + count > size)
        throw new Error(`a part of ${part.byteLength} bytes does not fit an index of ${size} ${type} records`);
      const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
      for (let at = 0; at < part.byteLength; at += recordBytes, row++) {
        records.contentIds[row] = view.getUint32(at);
        records.bankIds[row] = view.getUint32(at + 4);
        for (let word = 0; word < wordsPerRow; word++)
          records.words[row * wordsPerRow + word] = view.getUint32(at + 8 + word * 4);
      }
    },
    missing: () => size - row,
    records,
  };
}
