import type { LoadContext, Loader } from "../resource/options.ts";

/** The version that a source offers. */
export interface Version {
  /** The revision. It is only compared for equality. */
  readonly revision: string;
  /** The time at which the data was known to be correct, if the source knows it. */
  readonly asOf?: Date | number | undefined;
  /** A digest of the content, if the source gives one. */
  readonly digest?: string | undefined;
}

/** A loader that can return the version without loading the data. */
export interface VersionedLoader<T> extends Loader<T> {
  /** The name of the source, without secrets: a URL without query and user, a path, a table. */
  readonly identity: string;
  /** Returns the current version of the source. */
  version(context: LoadContext): Promise<Version>;
  /** Loads one revision, if the source still has it. */
  at?(revision: string, context: LoadContext): Promise<T>;
}
