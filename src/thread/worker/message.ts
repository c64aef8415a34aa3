/** An error as plain data for another thread. A structured clone would lose symbols and fields. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** The fields of the error that are strings, numbers or booleans, such as `code`, `kind` and `status`. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
  readonly cause: PlainError | string | undefined;
}

/** The part of the context of a load that can be copied. */
export interface PlainContext {
  readonly revision: string | undefined;
  readonly asOf: number | undefined;
  readonly rejected: string | undefined;
  readonly attempt: number;
  readonly deadline: number;
}

/** A message to the loading thread. */
export type ToLoader =
  | {
      readonly type: "load";
      readonly id: number;
      /** The URL of the module. */
      readonly module: string;
      readonly context: PlainContext;
      /** The largest size of the result, in bytes. */
      readonly maxBytes: number;
    }
  | { readonly type: "abort"; readonly id: number; readonly reason: PlainError };

/** The outcome of a load in a thread. */
export type PlainOutcome =
  | {
      readonly type: "bytes";
      readonly bytes: Uint8Array;
      /** Whether the loader returned the bytes in `loaded()`. */
      readonly isMarked: boolean;
      readonly revision: string | undefined;
      readonly asOf: number | undefined;
      readonly keep: boolean;
    }
  | {
      readonly type: "unchanged";
      readonly revision: string | undefined;
      readonly asOf: number | undefined;
      readonly behind: string | undefined;
    }
  | {
      readonly type: "failed";
      readonly error: PlainError;
      /** The wait that `retryLater()` requested, in ms. */
      readonly waitMs: number | undefined;
    };

/** A message from the loading thread. */
export interface FromLoader {
  readonly id: number;
  readonly outcome: PlainOutcome;
}

/** The error code of a load that ran out of memory. */
export const OUT_OF_MEMORY = "HS_THREAD_MEMORY";

/** The error of a load that ran out of memory. */
export function outOfMemory(limit: string): Error {
  return Object.assign(new Error(`the load needed more memory than ${limit}. Set a larger memory.`), {
    code: OUT_OF_MEMORY,
  });
}

/** Whether a message is a reply. The module of a load may also send messages of its own. */
export function isReply(message: unknown): message is FromLoader {
  const outcome: unknown = Reflect.get(Object(message), "outcome");
  return OUTCOMES.includes(Reflect.get(Object(outcome), "type"));
}

const OUTCOMES: readonly unknown[] = ["bytes", "unchanged", "failed"];

/** How many nested causes of an error are kept. */
const MOST_CAUSES = 4;

/** Converts a thrown value to plain data. The value may be of any type. */
export function toPlainError(thrown: unknown, causes: number = MOST_CAUSES): PlainError {
  try {
    if (thrown instanceof Error) return plainOf(thrown, causes);
  } catch {
    // A getter or a trap of a proxy threw.
  }
  return { name: "Error", message: textOf(thrown), stack: undefined, fields: {}, cause: undefined };
}

function plainOf(thrown: Error, causes: number): PlainError {
  const { name, message, stack, cause } = thrown;
  const fields: Record<string, string | number | boolean> = {};
  for (const [field, value] of Object.entries(thrown))
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") fields[field] = value;
  return {
    name: textOf(name),
    message: textOf(message),
    stack: typeof stack === "string" ? stack : undefined,
    fields,
    cause:
      cause === undefined || causes === 0
        ? undefined
        : cause instanceof Error
          ? toPlainError(cause, causes - 1)
          : textOf(cause),
  };
}

/** Creates the error again, with its name, message, stack and fields. */
export function fromPlainError({ name, message, stack, fields, cause }: PlainError): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause: errorOrText(cause) });
  // The name and the stack are not enumerable, as in most errors.
  Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
  if (stack !== undefined) Object.defineProperty(error, "stack", { value: stack, configurable: true, writable: true });
  const { name: _, ...others } = fields;
  return Object.assign(error, others);
}

function errorOrText(cause: PlainError | string): Error | string {
  return typeof cause === "string" ? cause : fromPlainError(cause);
}

function textOf(given: unknown): string {
  try {
    return String(given);
  } catch {
    // An object without a prototype cannot be converted to a string.
    return "an error that cannot be shown";
  }
}
