import type { Route } from "../../answer/paths.ts";
import type { Words } from "../../answer/words.ts";
import type { PlainError } from "./message.ts";
import type { SilenceLimits } from "./silence.ts";

/** The settings of the answering thread. */
export interface ProbeOrder {
  /** The memory that is shared with the main thread. */
  readonly shared: SharedArrayBuffer;
  readonly port: number;
  /** The address to listen on. `undefined` means all addresses. */
  readonly host: string | undefined;
  readonly words: Words;
  readonly routes: ReadonlyMap<string, Route>;
  readonly limits: SilenceLimits;
}

/** A message from the answering thread. */
export type FromProber =
  | { readonly type: "listening"; readonly port: number }
  /** It cannot listen, and tries again after a wait. */
  | { readonly type: "failed"; readonly error: PlainError }
  /** The first probe has arrived. */
  | { readonly type: "probed" };

/** Doubles a wait, up to a limit. */
export function nextWaitMs(waitMs: number, mostMs: number): number {
  return Math.min(waitMs * 2, mostMs);
}
