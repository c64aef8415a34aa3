/** An open channel. */
export interface HintSubscription {
  /** Settles when the channel is lost. Without it, only `echo` detects a loss. */
  readonly closed?: Promise<unknown> | undefined;
  /** Sends a test message and resolves with the answer, to detect a silent loss. */
  readonly echo?: (() => Promise<unknown>) | undefined;
}

/**
 * Opens a channel. It calls `hint` when there may be new data, with the new revision if it is known. The channel is
 * open when the returned promise resolves. If the promise rejects, or does not settle within 30 s, the library tries
 * again later.
 */
export type SubscribeHints = (
  hint: (revision?: string) => void,
  context: { readonly signal: AbortSignal },
) => HintSubscription | void | PromiseLike<HintSubscription | void>;
