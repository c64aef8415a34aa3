import type { Io } from "../io/io.ts";

const AFTER_MS = 1_000;
const EVERY_MS = 200;
const WIDTH = 30;

/** A bar on standard error from the second second on. Only a terminal gets one. */
export class Progress {
  readonly #io: Io;
  readonly #since = performance.now();
  #drawnAt = -Infinity;

  constructor(io: Io) {
    this.#io = io;
  }

  /** @param share the part of the work that is done, 0 to 1 */
  async show(share: number): Promise<void> {
    const now = performance.now();
    if (!this.#io.isWatched || now - this.#since < AFTER_MS || now - this.#drawnAt < EVERY_MS) return;
    this.#drawnAt = now;
    const filled = Math.round(WIDTH * Math.min(1, Math.max(0, share)));
    this.#io.err(`\r[${"#".repeat(filled)}${".".repeat(WIDTH - filled)}] ${Math.floor(100 * share)} %`);
    // The loop of events gets a turn, so that the line is written and Ctrl-C is heard.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#drawnAt !== -Infinity) this.#io.err(`\r${" ".repeat(WIDTH + 8)}\r`);
  }
}
