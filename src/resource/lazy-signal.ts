/** A signal that is created at the first read, because it costs more than the rest of a load. */
export class LazySignal {
  #controller: AbortController | undefined;

  /** Always the same signal. */
  get signal(): AbortSignal {
    return (this.#controller ??= new AbortController()).signal;
  }

  /** Aborts the signal. */
  abort(reason?: unknown): void {
    (this.#controller ??= new AbortController()).abort(reason);
  }
}
