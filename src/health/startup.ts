/**
 * Whether the service has finished starting. After `latch()`, it stays true.
 */
export class Startup {
  readonly #awaitingFirstLoad: Set<string>;
  /** How many required resources exist. */
  #members = 0;
  #isLatched = false;

  /** @param expected the names of resources that must exist and load */
  constructor(expected: Iterable<string>) {
    this.#awaitingFirstLoad = new Set(expected);
  }

  /** A required resource was created. */
  join(name: string): void {
    this.#members++;
    this.#awaitingFirstLoad.add(name);
  }

  /** A required resource was closed. */
  leave(): void {
    this.#members--;
  }

  /** Startup waits for a name: it is expected, and no resource has it. */
  await(name: string): void {
    this.#awaitingFirstLoad.add(name);
  }

  /** Startup no longer waits for a name: it has loaded, or startup does not depend on it. */
  stopAwaiting(name: string): void {
    this.#awaitingFirstLoad.delete(name);
  }

  /** Latches if there is a required resource and everything has loaded. */
  update(): void {
    if (this.#members && !this.#awaitingFirstLoad.size) this.latch();
  }

  /** Startup is done, and stays done. */
  latch(): void {
    this.#isLatched = true;
  }

  /** Whether startup answers 200. */
  isDone(): boolean {
    return this.#isLatched || !this.#awaitingFirstLoad.size;
  }
}
