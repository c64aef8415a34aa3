import type { Registry } from "../health/registry.ts";
import { callSafely } from "../option/call-safely.ts";

/** The most open streams. Further pages poll. */
const MOST_STREAMS = 32;

/** How often a page is drawn again, because ages grow without an event. */
const TICK_MS = 2_000;

/** How many pictures in a row a reader may leave unread. After a minute, its place is for another. */
const MOST_UNREAD = 30;

/** One reader of the page. */
interface Reader {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  readonly isAllowed: () => boolean;
  unread: number;
}

/** The open streams of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export class Streams {
  readonly #registry: Registry;
  readonly #draw: () => string;
  readonly #open = new Set<Reader>();
  readonly #encoder = new TextEncoder();
  #clearTimer = (): void => {};

  /** @param draw returns the page of this moment. All streams share one picture */
  constructor(registry: Registry, draw: () => string) {
    this.#registry = registry;
    this.#draw = draw;
  }

  /** Whether another stream can be opened. No stream is opened after the drain has begun. */
  get isFull(): boolean {
    return this.#open.size >= MOST_STREAMS || this.#registry.drainSignal.aborted;
  }

  /**
   * Opens a stream that sends the page at once, and again every two seconds. It ends when the reader leaves or stops to
   * read, when access is withdrawn, and when the drain begins.
   */
  open(isAllowed: () => boolean): ReadableStream<Uint8Array> {
    // Before there is a stream, so that an error becomes the answer's and leaves nothing behind.
    const first = this.#encoder.encode(toEvent(this.#draw()));
    let leave = (): void => {};
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        const reader: Reader = { controller, isAllowed, unread: 0 };
        leave = () => this.#remove(reader);
        controller.enqueue(first);
        this.#add(reader);
      },
      cancel: () => leave(),
    });
  }

  /** Draws one picture, if anybody is there to see it, and sends it to all. */
  #sendAll(): void {
    let text: string | undefined;
    const picture = (): Uint8Array => this.#encoder.encode((text ??= toEvent(this.#draw())));
    for (const reader of this.#open) if (!hasGotIt(reader, picture)) this.#finish(reader);
  }

  /** All streams share one timer, and it keeps no process alive. */
  #schedule(): void {
    this.#clearTimer = this.#registry.clock.setTimer(
      () => {
        this.#sendAll();
        if (this.#open.size > 0) this.#schedule();
      },
      TICK_MS,
      false,
    );
  }

  readonly #endAll = (): void => {
    this.#sendAll();
    for (const reader of this.#open) this.#finish(reader);
  };

  #finish(reader: Reader): void {
    this.#remove(reader);
    callSafely(() => reader.controller.close());
  }

  // All streams share one listener, because Node warns of a leak if a signal has more than ten.
  #add(reader: Reader): void {
    this.#open.add(reader);
    if (this.#open.size > 1) return;
    this.#registry.drainSignal.addEventListener("abort", this.#endAll, { once: true });
    this.#schedule();
  }

  #remove(reader: Reader): void {
    this.#open.delete(reader);
    if (this.#open.size > 0) return;
    this.#clearTimer();
    this.#registry.drainSignal.removeEventListener("abort", this.#endAll);
  }
}

/** Sends a picture. Returns whether the reader may stay. A slow reader skips this picture and gets the next one. */
function hasGotIt(reader: Reader, picture: () => Uint8Array): boolean {
  const { controller, isAllowed } = reader;
  if (!isAllowed()) return false;
  if ((controller.desiredSize ?? 1) <= 0) return ++reader.unread < MOST_UNREAD;
  reader.unread = 0;
  try {
    controller.enqueue(picture());
    return true;
  } catch {
    // This is a timer. An error here would end the process.
    return false;
  }
}

/** Formats a text as one event. Each line of the text becomes a data line. */
function toEvent(text: string): string {
  return `${text
    .split("\n")
    .map((line) => `data: ${line}`)
    .join("\n")}\n\n`;
}
