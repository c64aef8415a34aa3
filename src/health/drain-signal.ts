/** The signal that aborts when the drain or the close begins. It is created on the first read. */
export class DrainSignal {
  #controller: AbortController | undefined;
  #hasBegun = false;

  /** Always the same signal. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#hasBegun) this.#controller.abort();
    return this.#controller.signal;
  }

  /** The drain or the close begins. */
  begin(): void {
    this.#hasBegun = true;
    this.#controller?.abort();
  }
}
