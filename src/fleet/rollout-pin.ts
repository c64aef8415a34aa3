import { SourceError } from "../source/source-error.ts";
import { nextSerial, noteIn, toPin, type Pin } from "./reading.ts";
import type { Replica } from "./replica.ts";

/** No note has this version, so the next answer to a beat brings the note. */
const NO_VERSION = -1;

/** The pin of one resource in one replica. It stays here if the store loses it. */
export class RolloutPin {
  readonly #replica: Replica;
  readonly #note: string;
  #pin: Pin = { serial: 0, revision: null };
  /** The version that came last in an answer to a beat. */
  #version = 0;

  constructor(replica: Replica, note: string) {
    this.#replica = replica;
    this.#note = note;
  }

  get version(): number {
    return this.#version;
  }

  /** The pinned revision. `null` without a pin. */
  get revision(): string | null {
    return this.#pin.revision;
  }

  /** Takes the note of an answer to a beat. */
  follow(version: number, text: string): void {
    this.#version = version;
    this.take(version, text);
  }

  /** Takes the pin of the store. If this replica knows a later pin, the store has lost it, and it is written again. */
  take(version: number, text: string): void {
    const pin = toPin(text);
    if (pin.serial >= this.#pin.serial) this.#pin = pin;
    else void this.#putBack(version);
  }

  async #putBack(version: number): Promise<void> {
    const isDone = await this.#replica.write(this.#note, version, JSON.stringify(this.#pin));
    if (!isDone) this.#version = NO_VERSION;
  }

  /** Pins a revision, or ends the pin. It rejects if the store does not answer. */
  async set(revision: string | null): Promise<void> {
    for (let tries = 0; tries < 3; tries++) {
      const reading = await this.#replica.read();
      if (!reading) break;
      const note = noteIn(reading, this.#note);
      const before = Math.max(toPin(note.text).serial, this.#pin.serial);
      const pin = { serial: nextSerial(before, reading), revision };
      if (await this.#replica.write(this.#note, note.version, JSON.stringify(pin))) {
        this.#pin = pin;
        return;
      }
    }
    throw new SourceError("network", "the fleet's store did not answer, so nothing was pinned");
  }
}
