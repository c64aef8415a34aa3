/** Reports that there may be new data, with the new revision if it is known. */
export type Hint = (revision?: string) => void;

/** The argument of a function that opens a channel. */
export interface HintContext {
  /** Aborts when the function must close the channel. */
  readonly signal: AbortSignal;
}

/** An open channel. */
export interface HintChannel {
  /** Settles when the channel is lost. */
  readonly closed: Promise<unknown>;
  /** Sends a test message and resolves with the answer, to detect a silent loss. */
  readonly echo: () => Promise<unknown>;
}

/** Opens a channel. The promise resolves when the channel is open, and rejects if it could not be opened. */
export type OpenHintChannel = (hint: Hint, context: HintContext) => Promise<HintChannel>;

/**
 * Returns a listener that passes each message to `hint` as the new revision. An empty message has no revision. After
 * the channel was closed, the listener passes nothing, because a client may still deliver messages.
 */
export function passOn(hint: Hint, signal: AbortSignal): (message: string | undefined) => void {
  return (message) => {
    if (!signal.aborted) hint(message === "" ? undefined : message);
  };
}
