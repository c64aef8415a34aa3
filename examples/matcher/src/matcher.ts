import {
  createHealth,
  details,
  hints,
  sizeChange,
  type Clock,
  type Duration,
  type Health,
  type Loader,
  type Resource,
} from "health-state";
import { fileStore } from "health-state/file";
import type { Hono } from "hono";
import type { Database } from "./db/database.ts";
import type { Faults } from "./demo/faults.ts";
import { createApp } from "./http/app.ts";
import { createIndexLoader } from "./index/load-index.ts";
import { indexCodec } from "./index/index-bytes.ts";
import { sizeOf, type MatchIndex } from "./index/match-index.ts";

/** Which parts of the service this process plays. */
export interface Roles {
  /** Holds the index and answers look-ups. */
  readonly matcher: boolean;
  /** Changes the banks and builds the index. */
  readonly curator: boolean;
}

export interface MatcherOptions {
  readonly database: Database;
  readonly roles: Roles;
  /**
   * How often the database is asked for its newest build. The index is STALE at twice this age and 5 s.
   * @default "30s"
   */
  readonly refreshEvery?: Duration | undefined;
  /**
   * How old the index may be before readiness refuses, at least the age at which it is STALE, or `"never"`.
   * @default the age at which it is STALE
   */
  readonly maxStale?: Duration | undefined;
  /**
   * The file that keeps the index for the next start.
   * @default none
   */
  readonly storePath?: string | undefined;
  /**
   * What loads a new build of the index, such as a thread.
   * @default the main thread, in slices
   */
  readonly loadNewest?: Loader<MatchIndex> | undefined;
  /**
   * Routes that stop the database, publish an empty build and heal both, for the page.
   * @default none
   */
  readonly faults?: Faults | undefined;
  /** @default the system's */
  readonly clock?: Clock | undefined;
  /** Told of errors that are answered with 500. @default nobody */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** The service, not yet listening. */
export interface Matcher {
  readonly app: Hono;
  readonly health: Health;
  /** The index, with the matcher's role. */
  readonly index: Resource<MatchIndex> | undefined;
}

/**
 * Puts the service together. Starts nothing: `health.start()` begins to load.
 *
 * @throws TypeError for a bad `maxStale`
 */
export function createMatcher(options: MatcherOptions): Matcher {
  const { database, roles, clock, maxStale, storePath, faults } = options;
  // The page shows the details to everybody who can reach this example. A real service would ask for a key.
  const health = createHealth({ ...(clock && { clock }), details: details(() => true) });

  // Without the matcher's role there is nothing to wait for, and readiness says 200.
  const index = roles.matcher
    ? health.resource("index", {
        load: createIndexLoader(database, () => (clock ? clock.wall() : Date.now()), options.loadNewest),
        refreshEvery: options.refreshEvery ?? "30s",
        ...(maxStale !== undefined && { refuseAfter: maxStale }),
        // An emptied bank is refused, and the index held goes on serving. An operator may accept it.
        validate: sizeChange({ fewer: "50%", size: sizeOf }),
        ...(storePath !== undefined && {
          lastKnownGood: fileStore<MatchIndex>(storePath, { codec: indexCodec, maxAge: "7d", schema: "1" }),
        }),
      })
    : undefined;
  // A new build is found at once. The database is asked every so often all the same.
  if (index) hints(index, database.onBuild);

  const onError = options.onError ?? (() => {});
  const app = createApp({ health, database, index, curator: roles.curator, onError, faults });
  return { app, health, index };
}
