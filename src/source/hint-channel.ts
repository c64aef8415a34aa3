/** Reports that there may be new data, with the new revision if it is known. */
export type Hint = (revision?: string) => void;

/** The argument of a function that opens a channel. */
export interface HintContext {
  /** Aborts when the channel is to be closed. */
  readonly signal: AbortSignal;
}

/** An open channel. */
export interface HintChannel {
  /** Settles when the channel is lost. */
  readonly closed: Promise<unknown>;
  /** Sends a test message and resolves with the answer, to detect a silent loss. */
  readonly echo: () => Promise<unknown>;
}

/** Opens a channel. The promise settles when it is open; a rejection means that it could not be opened. */
export type OpenHintChannel = (hint: Hint, context: HintContext) => Promise<HintChannel>;

/**
 * What hears the messages of a channel: an empty one announces no revision in particular, and after the channel was
 * closed nothing is passed on, because a client may still deliver what is on its way.
 */
export function passOn(hint: Hint, signal: AbortSignal): (message: string | undefined) => void {
  return (message) => {
    if (!signal.aborted) hint(message === "" ? undefined : message);
  };
}
