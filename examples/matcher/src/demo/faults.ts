import { recordEmptyBuild } from "../db/build-store.ts";
import type { Database } from "../db/database.ts";

/** What an example breaks on command. */
export interface Faults {
  /** The database is out of reach until `heal()`. */
  stopDatabase(): void;
  /** Announces a build with nothing in it. */
  publishEmpty(): Promise<void>;
  /** The database is back, and the next build is a whole one. */
  heal(): Promise<void>;
}

/**
 * A database that can be put out of reach, and what breaks and heals it. The commands act in the order in which they are
 * given: one that writes begins when the one before it has written.
 */
export function withFaults(database: Database): { readonly database: Database; readonly faults: Faults } {
  let isStopped = false;
  let cut = (): void => {};
  let written: Promise<unknown> = Promise.resolve();
  const inTurn = (write: () => Promise<unknown>): Promise<void> => {
    const mine = written.then(write);
    written = mine.catch(() => {});
    return mine.then(() => {});
  };
  const refuse = (): Promise<never> => Promise.reject(new Error("the database is stopped"));

  return {
    database: {
      query: (sql, parameters) => (isStopped ? refuse() : database.query(sql, parameters)),
      async onBuild(hint, context) {
        if (isStopped) return refuse();
        const stopped = new Promise<void>((resolve) => (cut = resolve));
        const channel = await database.onBuild((revision) => isStopped || hint(revision), context);
        return { ...channel, closed: Promise.race([stopped, channel?.closed ?? new Promise(() => {})]) };
      },
      close: () => database.close(),
    },
    faults: {
      stopDatabase() {
        isStopped = true;
        cut();
      },
      publishEmpty: () => inTurn(() => recordEmptyBuild(database)),
      heal() {
        isStopped = false;
        // A change of the banks, so that the curator builds anew.
        return inTurn(() => database.query("update revision set n = n + 1"));
      },
    },
  };
}
