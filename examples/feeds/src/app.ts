import { guard, probes } from "health-state/hono";
import { Hono } from "hono";
import type { Feeds } from "./feeds.ts";
import { pageOf, PAGE_POLICY } from "./page.ts";
import { FAULTS, type BreakableSource, type Fault } from "./source/breakable.ts";

export type SourceName = "rates" | "flags" | "stock";
export type Sources = Readonly<Record<SourceName, BreakableSource>>;

/** All routes: the probes, the three that serve data, and those that break the sources. */
export function createApp({ health, resources }: Feeds, sources: Sources): Hono {
  const app = new Hono();
  app.use(probes(health)); // first, so that nothing stands in a probe's way

  for (const [name, resource] of Object.entries(resources)) {
    app.use(`/${name}`, guard(resource)); // 503 with retry-after while there is no value
    app.get(`/${name}`, async (context) => context.json(Object.fromEntries(await resource.get())));
  }

  app.get("/", (context) => context.html(pageOf(sources), 200, { "content-security-policy": PAGE_POLICY }));

  // Nobody's page but ours may break something through the reader's browser.
  app.use("/:action{break|heal}/*", async (context, next) => {
    const site = context.req.header("sec-fetch-site") ?? "none";
    if (site !== "none" && site !== "same-origin") return context.json({ title: "Forbidden" }, 403);
    return next();
  });
  app.post("/break/:source/:how", async (context) => {
    const { source, how } = context.req.param();
    const fault = isSourceName(source) ? sources[source].faults.find((known) => known === how) : undefined;
    if (!isSourceName(source) || fault === undefined) return context.json(acceptedBy(sources), 404);
    await sources[source].break(fault);
    return context.json({ source, fault, meaning: FAULTS[fault] });
  });
  app.post("/heal/:source", async (context) => {
    const { source } = context.req.param();
    if (!isSourceName(source)) return context.json(acceptedBy(sources), 404);
    await sources[source].heal();
    return context.json({ source, fault: null });
  });
  return app;
}

function isSourceName(text: string): text is SourceName {
  return text === "rates" || text === "flags" || text === "stock";
}

function acceptedBy(sources: Sources): { title: string; accepted: Record<string, readonly Fault[]> } {
  const accepted = Object.fromEntries(Object.entries(sources).map(([name, { faults }]) => [name, faults]));
  return { title: "There is no such source, or it cannot break like this", accepted };
}
