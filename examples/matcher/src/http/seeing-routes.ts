import type { Health } from "health-state";
import { statusPage } from "health-state/page";
import { collect } from "health-state/prometheus";
import { Hono } from "hono";
import { Registry } from "prom-client";
import { sizeOf } from "../index/match-index.ts";

/** The status page, and the metrics for Prometheus. */
export function seeingRoutes(health: Health): Hono {
  const page = statusPage(health);
  const register = new Registry();
  collect(health, register, { size: { index: sizeOf } });
  return new Hono()
    .get("/status/page", ({ req }) => page(req.raw))
    .get("/metrics", async (context) =>
      context.text(await register.metrics(), 200, { "content-type": register.contentType }),
    );
}
