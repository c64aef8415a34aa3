import type { Registry } from "../health/registry.ts";

/** The most open streams. Further pages poll. */
const MOST_STREAMS = 32;

/** How often a page is drawn again, because ages grow without an event. */
const TICK_MS = 2_000;

/** The open streams of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export class Streams {
  readonly #registry: Registry;
  /** For each open stream, a function that sends a last update and ends the stream. */
  readonly #open = new Set<() => void>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Whether another stream can be opened. No stream is opened after the drain has begun. */
  get isFull(): boolean {
    return this.#open.size >= MOST_STREAMS || this.#registry.drainSignal.aborted;
  }

  /**
   * Opens a stream that draws the page every two seconds. It ends when the reader leaves, when access is withdrawn, and
   * when the drain begins.
   *
   * @param draw returns the page, or `undefined` if the reader no longer has access
   */
  open(draw: () => string | undefined): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder();
    let clear = (): void => {};
    let leave = (): void => {};
    const end = (): void => {
      clear();
      this.#remove(leave);
    };
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        const send = (): void => {
          const page = draw();
          if (page === undefined) return finish();
          // A slow reader skips this update and gets the next one.
          if ((controller.desiredSize ?? 1) > 0) controller.enqueue(encoder.encode(toEvent(page)));
          clear = this.#registry.clock.setTimer(send, TICK_MS, false);
        };
        const finish = (): void => {
          end();
          controller.close();
        };
        leave = () => {
          clear();
          send();
          if (this.#open.has(leave)) finish();
        };
        this.#add(leave);
        send();
      },
      cancel: end,
    });
  }

  readonly #endAll = (): void => {
    for (const leave of this.#open) leave();
  };

  // All streams share one listener, because Node warns of a leak if a signal has more than ten.
  #add(leave: () => void): void {
    if (this.#open.size === 0) this.#registry.drainSignal.addEventListener("abort", this.#endAll, { once: true });
    this.#open.add(leave);
  }

  #remove(leave: () => void): void {
    this.#open.delete(leave);
    if (this.#open.size === 0) this.#registry.drainSignal.removeEventListener("abort", this.#endAll);
  }
}

/** Formats a text as one event. Each line of the text becomes a data line. */
function toEvent(text: string): string {
  return `${text
    .split("\n")
    .map((line) => `data: ${line}`)
    .join("\n")}\n\n`;
}
