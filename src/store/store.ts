import { checkFunction, propertyOf } from "../option/invalid-option.ts";

/** What a store learns at each call. */
export interface StoreContext {
  /** The resource's name. A store ignores what another resource saved. */
  readonly name: string;
  /**
   * The identity of the resource's source: a URL without query and user, a path, a table; `undefined` where the loader
   * has none. A store ignores what came from another source.
   */
  readonly source: string | undefined;
  /** The wall time of the call, in epoch ms. A store uses it to find values that are too old or from the future. */
  readonly now: number;
  /** Aborts when the answer is no longer needed. The store may then stop its work. */
  readonly signal: AbortSignal;
}

/** The two time stamps from which the age of a value follows. */
export interface Stamps {
  /** When the last successful load started, in epoch ms. */
  readonly checkedAt: number;
  /** When the data was known to be correct, in epoch ms; `undefined` unless the source said. */
  readonly asOf: number | undefined;
}

/** An accepted value, as it is saved. */
export interface StoreRecord<T> extends Stamps {
  /** The value. */
  readonly value: T;
  /** The revision of the value, if it has one. */
  readonly revision: string | undefined;
}

/** A value from a store. The resource has not validated it yet. */
export interface Stored<T> extends StoreRecord<T> {
  /** Where it comes from: saved by an earlier process, or shipped with the program. */
  readonly origin: "store" | "seed";
}

/** The stored value must not be used. The reason is a sentence that is safe to print. */
export interface Ignored {
  /** Why it must not be used, such as `its SHA-256 does not match`. */
  readonly ignored: string;
}

/** Nothing was written, on purpose. The reason is a sentence that is safe to print. */
export interface Skipped {
  /** Why nothing was written, such as `a newer value is stored`. */
  readonly skipped: string;
}

/** The result of a restore: the stored value, why it must not be used, or `undefined` if nothing is stored. */
export type Restored<T> = Stored<T> | Ignored | undefined;

/** How a store ended a write: `undefined` once the record is safe, or the reason for which nothing was written. */
export type Saved = Skipped | undefined;

/**
 * The functions of a store. A store saves the last accepted value of one resource for the next start.
 *
 * The resource makes one call at a time: the next call begins after the last one has ended or was given up. The first
 * load waits at most 1 s for `restore`. No load waits for another call. A store sets no timer, and does nothing before
 * a call. `fileStore()`, `kvStore()` and `seed()` create one. Write your own with these five functions and
 * `createStore()`.
 */
export interface StoreActions<T> {
  /**
   * Reserves the place of the record for one resource. It is called when the resource is created. It does no I/O.
   *
   * @returns a function that releases the place. The resource calls it when it is closed.
   * @throws TypeError with code HS_NAME_TAKEN if another resource of this process has the place
   */
  readonly claim?: (name: string) => () => void;

  /**
   * Reads the saved value. It is called once, when the resource starts. It returns `ignored` for a value that is
   * damaged, too old, from the future, or of another resource, source, schema or codec.
   *
   * @returns a promise that rejects only if the store cannot be reached or read
   */
  readonly restore: (context: StoreContext) => Promise<Restored<T>>;

  /**
   * Writes an accepted value. It must not replace a newer value. If the write fails, the old value must stay.
   *
   * @returns a promise that rejects if the write failed
   */
  readonly save: (record: StoreRecord<T>, context: StoreContext) => Promise<Saved>;

  /**
   * Writes only the time stamps of the value that this store saved or restored last. They must not apply to another
   * value.
   *
   * @returns a promise that rejects if nothing could be written
   */
  readonly stamp: (stamps: Stamps, context: StoreContext) => Promise<Saved>;

  /** Removes the value and its time stamps. `unload()` calls it, and so does a fleet that rejects the revision. */
  readonly remove: (context: StoreContext) => Promise<void>;
}

/** The error of a store that could not save or restore. An event reports it. It is never in `lastError`. */
export class StoreError extends Error {
  /** Always "StoreError". */
  override readonly name = "StoreError";
  /** Always "HS_STORE". */
  readonly code = "HS_STORE" as const;
}

/** Converts a value to bytes and back. `json()`, `bytes()` and `v8()` create one. */
export interface Codec<T> {
  /** The name of the format. It is saved too, and a value with another name is ignored. */
  readonly name: string;
  /** Converts a value to bytes. It throws for a value that `read` cannot restore. */
  readonly write: (value: T) => Uint8Array | PromiseLike<Uint8Array>;
  /** Converts bytes to the value. It throws for invalid bytes. It may keep the bytes. */
  readonly read: (bytes: Uint8Array) => T | PromiseLike<T>;
}

/** @throws TypeError unless it turns values into bytes and back */
export function checkCodec(codec: unknown): void {
  for (const verb of ["read", "write"])
    checkFunction(`codec.${verb}`, propertyOf(codec, verb), "what json(), bytes() or v8() gives, as codec");
}
