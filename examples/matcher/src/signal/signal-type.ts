/** The types of signal that can be looked up. */
export const SIGNAL_TYPES = ["md5", "pdq"] as const;

export type SignalType = (typeof SIGNAL_TYPES)[number];

/** Bytes of one signal of each type. */
export const SIGNAL_BYTES: Readonly<Record<SignalType, number>> = { md5: 16, pdq: 32 };

/** Two signals match when they differ in at most so many bits. */
export const MATCH_DISTANCE: Readonly<Record<SignalType, number>> = { md5: 0, pdq: 31 };

/** A signal that has been checked: lower-case hex, and the same as words of 32 bits. */
export interface Signal {
  readonly type: SignalType;
  readonly hex: string;
  readonly words: Uint32Array;
}

/** A request that cannot be served as it is; the message is for its sender. */
export class MalformedError extends Error {
  override readonly name = "MalformedError";
}

/**
 * Reads a signal.
 *
 * @throws MalformedError that says what is accepted
 */
export function parseSignal(type: string | undefined, text: string | undefined): Signal {
  if (type === undefined || !isSignalType(type))
    throw new MalformedError(`signal_type must be one of ${SIGNAL_TYPES.join(", ")}`);
  const digits = SIGNAL_BYTES[type] * 2;
  const hex = text?.trim().toLowerCase() ?? "";
  if (hex.length !== digits || !/^[0-9a-f]*$/.test(hex))
    throw new MalformedError(`signal must be ${digits} hex digits for signal_type ${type}`);
  return { type, hex, words: wordsOf(hex) };
}

/** Hex as words of 32 bits, the first digit the highest. */
export function wordsOf(hex: string): Uint32Array {
  const words = new Uint32Array(hex.length / 8);
  for (let at = 0; at < words.length; at++) words[at] = Number.parseInt(hex.slice(at * 8, at * 8 + 8), 16);
  return words;
}

/** Words of 32 bits as hex. */
export function hexOf(words: Uint32Array): string {
  return Array.from(words, (word) => word.toString(16).padStart(8, "0")).join("");
}

function isSignalType(type: string): type is SignalType {
  return SIGNAL_TYPES.some((known) => known === type);
}
