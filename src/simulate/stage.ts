import type { Queue } from "./queue.ts";
import type { Recorder } from "./record.ts";
import type { World } from "./setup.ts";

/** What everything in one simulation shares. */
export interface Stage {
  readonly world: World;
  readonly queue: Queue;
  readonly record: Recorder;
  /** Whether every check asks the library, one by one, instead of being counted while nothing can change. */
  readonly walks: boolean;
  /** The next number for a `Due`. */
  order(): number;
  /** The library was called: it is looked at once its promises have settled. */
  touch(touched: { look(): void }): void;
}
