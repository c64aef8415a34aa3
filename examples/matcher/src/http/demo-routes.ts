import type { Resource } from "health-state";
import { Hono } from "hono";
import type { MatchIndex } from "../index/match-index.ts";
import type { Faults } from "../demo/faults.ts";
import { problem } from "./problem.ts";
import { sameSite } from "./same-site.ts";

/** The routes behind the page's buttons, `/demo/*`: they break the database and its content, and heal both. */
export function demoRoutes(index: Resource<MatchIndex> | undefined, faults: Faults): Hono {
  const app = new Hono();
  app.use("*", sameSite);

  app.post("/stop-database", (context) => {
    faults.stopDatabase();
    return context.body(null, 204);
  });
  app.post("/publish-empty", async (context) => {
    await faults.publishEmpty();
    return context.body(null, 204);
  });
  app.post("/heal", async (context) => {
    await faults.heal();
    return context.body(null, 204);
  });
  app.post("/accept", async (context) => {
    const rejected = index?.snapshot().rejected;
    if (index === undefined || rejected === undefined)
      return problem(context, 409, "Conflict", "no build is refused at this moment");
    // An operator's yes to this one revision, for this one load.
    await index.reload({ accept: rejected });
    return context.body(null, 204);
  });
  return app;
}
