import { Hono } from "hono";
import { pageOf, PAGE_POLICY } from "./page/page.ts";
import { QUALITIES, type Quality } from "./source/prices.ts";
import type { Stage } from "./stage.ts";

/** The page, what it shows as JSON, and what its buttons do. */
export function createApp(stage: Stage): Hono {
  const app = new Hono();
  app.get("/", (context) => context.html(pageOf(stage.view), 200, { "content-security-policy": PAGE_POLICY }));
  app.get("/view", (context) => context.json(stage.view));

  // Nobody's page but ours may break something through the reader's browser.
  app.use("/:action{kill|heal|publish}/*", async (context, next) => {
    const site = context.req.header("sec-fetch-site") ?? "none";
    if (site !== "none" && site !== "same-origin") return context.json({ title: "Forbidden" }, 403);
    return next();
  });
  for (const how of ["kill", "heal"] as const)
    app.post(`/${how}/:name`, async (context) => {
      const { name } = context.req.param();
      return (await stage.change(how, name)) ? context.json({ [how]: name }) : context.notFound();
    });
  app.post("/publish/:quality", (context) => {
    const { quality } = context.req.param();
    if (!isQuality(quality)) return context.notFound();
    stage.publish(quality);
    return context.json({ announced: stage.scene.source.announced });
  });
  return app;
}

function isQuality(text: string): text is Quality {
  return Object.hasOwn(QUALITIES, text);
}
