/** "One clock" of docs/why/decisions.md: monotonic time, plus what wall time has gained on it beyond a second; never back. */
export class OneClock {
  now: number;
  #wall: number;
  #monotonic: number;
  #gain = 0;

  constructor(wall: number, monotonic: number) {
    this.now = this.#wall = wall;
    this.#monotonic = monotonic;
  }

  /** Looks at both clocks, as anybody who asks for the time does. */
  sample(wall: number, monotonic: number): number {
    const passed = monotonic - this.#monotonic;
    const gain = Math.max(0, this.#gain + wall - this.#wall - passed);
    this.now += passed + (gain > 1_000 ? gain : 0);
    this.#gain = gain > 1_000 ? 0 : gain;
    this.#wall = wall;
    this.#monotonic = monotonic;
    return this.now;
  }
}
