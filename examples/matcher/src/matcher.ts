import { createHealth, type Clock, type Duration, type Health, type Resource } from "health-state";
import type { Hono } from "hono";
import type { Database } from "./db/database.ts";
import { createApp } from "./http/app.ts";
import { createIndexLoader } from "./index/load-index.ts";
import type { MatchIndex } from "./index/match-index.ts";

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
   * How old the index may be before readiness refuses, at least 65 s, or `"never"`.
   * @default "65s"
   */
  readonly maxStale?: Duration | undefined;
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
export function createMatcher({ database, roles, maxStale, clock, onError }: MatcherOptions): Matcher {
  const health = createHealth(clock ? { clock } : {});

  // Without the matcher's role there is nothing to wait for, and readiness says 200.
  const index = roles.matcher
    ? health.resource("index", {
        load: createIndexLoader(database, () => (clock ? clock.wall() : Date.now())),
        refreshEvery: "30s",
        staleAfter: "65s",
        refuseAfter: maxStale ?? "65s",
      })
    : undefined;

  const app = createApp({ health, database, index, curator: roles.curator, onError: onError ?? (() => {}) });
  return { app, health, index };
}
