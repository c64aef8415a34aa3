import type { Health, Resource } from "health-state";
import { probes } from "health-state/hono";
import { Hono } from "hono";
import type { Database } from "../db/database.ts";
import type { MatchIndex } from "../index/match-index.ts";
import { MalformedError, SIGNAL_TYPES } from "../signal/signal-type.ts";
import type { Faults } from "../demo/faults.ts";
import { demoRoutes } from "./demo-routes.ts";
import { curatorRoutes } from "./curator-routes.ts";
import { lookupRoutes } from "./lookup-routes.ts";
import { openapiDocument, siteMapOf } from "./openapi.ts";
import { pageWith, PAGE_POLICY } from "./page.ts";
import { problem } from "./problem.ts";
import { seeingRoutes } from "./seeing-routes.ts";

/** What the routes are made of. */
export interface AppParts {
  readonly health: Health;
  readonly database: Database;
  /** Without it there are no matcher's routes. */
  readonly index: Resource<MatchIndex> | undefined;
  /** Whether there are the curator's routes. */
  readonly curator: boolean;
  /** What the page's buttons do; without it there are no such routes. */
  readonly faults: Faults | undefined;
  /** Told of errors that are answered with 500 or 503. */
  readonly onError: (error: unknown) => void;
}

/** All routes of the service. */
export function createApp({ health, database, index, curator, faults, onError }: AppParts): Hono {
  const app = new Hono();
  // First, so that nothing stands in a probe's way.
  app.use(probes(health));
  app.route("/", seeingRoutes(health));

  if (index) app.route("/m", lookupRoutes(index));
  if (curator) app.route("/c", curatorRoutes(database));
  if (faults) app.route("/demo", demoRoutes(index, faults));

  app.get("/index/status", (context) => context.json(indexStatusOf(index)));
  const document = openapiDocument(health, { matcher: index !== undefined, curator, demo: faults !== undefined });
  app.get("/openapi.json", (context) => context.json(document));
  app.get("/site-map", (context) => context.json(siteMapOf(document.paths)));
  app.get("/", (context) =>
    context.html(pageWith({ buttons: faults !== undefined }), 200, { "content-security-policy": PAGE_POLICY }),
  );

  app.notFound((context) => problem(context, 404, "Not found", "GET /site-map lists every route"));
  app.onError((error, context) => {
    if (error instanceof MalformedError) return problem(context, 400, "Malformed request", error.message);
    onError(error);
    return problem(context, 500, "Internal error", "the banks cannot be reached, or something went wrong");
  });
  return app;
}

function indexStatusOf(index: Resource<MatchIndex> | undefined): object {
  const snapshot = index?.snapshot();
  const build = snapshot?.value?.build;
  return {
    state: snapshot?.state ?? null,
    as_of: snapshot?.asOf === undefined ? null : new Date(snapshot.asOf).toISOString(),
    ...Object.fromEntries(
      SIGNAL_TYPES.map((type) => [
        type,
        { present: build !== undefined, built_to: build?.builtTo ?? null, size: build?.size[type] ?? 0 },
      ]),
    ),
  };
}
