import { invalidOption } from "../option/invalid-option.ts";
import type { Heartbeat } from "./heartbeat.ts";

/** The heartbeats of a health, by name. */
export class Heartbeats {
  readonly #byName = new Map<string, Heartbeat>();
  #isDisabled = false;

  /** Each heartbeat with its name. */
  get all(): ReadonlyMap<string, Heartbeat> {
    return this.#byName;
  }

  /** What liveness answers. */
  get outcome(): "ok" | "wedged" {
    for (const { isOverdue } of this.#byName.values()) if (isOverdue) return "wedged";
    return "ok";
  }

  /** @throws TypeError if the name is in use, or if heartbeats are disabled */
  add(name: string, heartbeat: Heartbeat): void {
    if (this.#isDisabled)
      invalidOption("heartbeat", name, "no heartbeat, because liveness is a static route", "HS_WRONG_MODE");
    if (this.#byName.has(name)) invalidOption("heartbeat", name, "a name that is not in use", "HS_NAME_TAKEN");
    this.#byName.set(name, heartbeat);
  }

  /** Ends a heartbeat and frees its name. */
  remove(name: string, heartbeat: Heartbeat): void {
    if (this.#byName.get(name) !== heartbeat) return;
    this.#byName.delete(name);
    heartbeat.end();
  }

  /** Ends them all. */
  endAll(): void {
    for (const heartbeat of this.#byName.values()) heartbeat.end();
  }

  /**
   * Allows no more heartbeats.
   *
   * @throws TypeError if there is one already
   */
  disable(): void {
    const names = [...this.#byName.keys()].join(", ");
    if (names)
      invalidOption(
        "heartbeats",
        names,
        "a health without heartbeats, because a static route cannot tell that one is overdue",
      );
    this.#isDisabled = true;
  }
}
