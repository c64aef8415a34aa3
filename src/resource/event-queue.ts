/**
 * Sends events in the order in which they happened, even if listeners cause more events (docs/reference/rules.md, 12).
 * A step sends one event, or adds one listener. A step that a listener causes is added to the end.
 */
export class EventQueue {
  readonly #defer: (job: () => void) => void;
  #steps: (() => void)[] = [];
  /** Whether a listener is running now. */
  isTelling: boolean = false;

  /** @param defer runs a job later, in the async context of the health */
  constructor(defer: (job: () => void) => void) {
    this.#defer = defer;
  }

  /** Adds a step to the end. */
  add(step: () => void): void {
    if (this.#steps.push(step) === 1) this.#defer(() => this.#flush());
  }

  #flush(): void {
    const steps = this.#steps;
    this.#steps = [];
    this.isTelling = true;
    for (const step of steps) step();
    this.isTelling = false;
  }
}
