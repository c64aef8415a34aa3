import { recordBuildIfChanged, type Build } from "../db/build-store.ts";
import type { Database } from "../db/database.ts";
import { createPause } from "./pause.ts";

/** What the indexer tells. */
export interface IndexerOptions {
  readonly database: Database;
  /** ms between two looks at the banks. @default 2000 */
  readonly everyMs?: number;
  /** A build was recorded. */
  readonly onBuilt?: (build: Build) => void;
  /** A look or a build failed; the next one comes all the same. */
  readonly onError?: (error: unknown) => void;
}

/** Builds the index from the banks, in the background, whenever they have changed. */
export interface Indexer {
  /** Begins to look at the banks, at once and then every so often. Starts a timer. */
  start(): void;
  /** Looks at the banks once. @returns the build it recorded, if they had changed */
  run(): Promise<Build | undefined>;
  /** Gives up the build that is running, and ends the timer. */
  stop(): void;
}

export function createIndexer({ database, everyMs = 2_000, onBuilt, onError }: IndexerOptions): Indexer {
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<Build | undefined> | undefined;

  const buildIfChanged = async (): Promise<Build | undefined> => {
    const build = await recordBuildIfChanged(database, createPause(stopping.signal));
    if (build) onBuilt?.(build);
    return build;
  };

  const run = (): Promise<Build | undefined> =>
    (running ??= buildIfChanged().finally(() => {
      running = undefined;
    }));

  const turn = async (): Promise<void> => {
    try {
      await run();
    } catch (error) {
      if (!stopping.signal.aborted) onError?.(error);
    }
    if (!stopping.signal.aborted) timer = setTimeout(() => void turn(), everyMs).unref();
  };

  return {
    start: () => void turn(),
    run,
    stop() {
      stopping.abort(new Error("the indexer was stopped"));
      clearTimeout(timer);
    },
  };
}
