import type { Clock } from "../src/index.ts";
import type { DrainedSession, DrainedStream } from "./node-server.ts";

/** Ends one HTTP/2 session and avoids the loss of requests. */
export interface Goodbye {
  /** Call it when the drain begins. It restarts the count of the open requests. */
  observe(): void;
  /** Sends GOAWAY at a good moment, within a second. */
  say(): void;
}

/** The last stream id of the first GOAWAY. It refuses no stream (RFC 9113, 6.8). */
const LAST_STREAM_ID = 2 ** 31 - 1;

/** The HTTP/2 error code for a normal end. */
const NO_ERROR = 0;

/** For this time, in ms, the most requests ever open counts. Later, the most since the drain began counts. */
const STRICT_MS = 400;

/** A session without requests for this long, in ms, is told to end. */
const QUIET_MS = 250;

/** After this time, in ms, the session is told to end even if its requests never reach the expected number. */
const PATIENCE_MS = 750;

/**
 * Node ignores the streams that arrive after it has sent GOAWAY. The best moment is when the client has as many open
 * requests as it ever had at once. The client then waits for an answer, and no request is on its way.
 *
 * The first GOAWAY refuses nothing. The second one names the last accepted stream. A client can then send a later
 * request again on another connection.
 */
export function createGoodbye(session: DrainedSession, clock: Clock): Goodbye {
  let open = 0;
  let mostEver = 0;
  let mostSince = 0;
  let isObserved = false;
  let onArrival = (): void => {};

  session.prependListener("stream", (stream: DrainedStream) => {
    open++;
    mostEver = Math.max(mostEver, open);
    mostSince = Math.max(mostSince, open);
    stream.once("close", () => open--);
    onArrival();
  });

  const observe = (): void => {
    if (isObserved) return;
    isObserved = true;
    mostSince = open;
  };

  return {
    observe,
    say() {
      observe();
      const close = (): void => void session.close();
      const strictUntil = clock.monotonic() + STRICT_MS;
      let cancelQuiet = clock.setTimer(close, QUIET_MS, true);
      const cancelLate = clock.setTimer(close, PATIENCE_MS, true);
      const cancel = (): void => {
        cancelQuiet();
        cancelLate();
        onArrival = () => {};
      };
      session.once("close", cancel);
      onArrival = () => {
        cancelQuiet();
        cancelQuiet = clock.setTimer(close, QUIET_MS, true);
        if (open < (clock.monotonic() < strictUntil ? mostEver : mostSince)) return;
        cancel();
        if (session.destroyed) return;
        session.goaway(NO_ERROR, LAST_STREAM_ID);
        clock.setTimer(close, 0, true);
      };
    },
  };
}
