// The Hono application of every runtime.
import { Hono } from "hono";
import { probes } from "../../../dist/adapters/hono.js";

/** The probes come first, so that nothing stands in their way. */
export function createHono({ health, guards }) {
  const app = new Hono();
  app.use(probes(health));
  if (guards) {
    app.use("/data", guards.data);
    app.use("/young", guards.young);
  }
  app.get("/data", (context) => context.text("data"));
  app.get("/young", (context) => context.text("young"));
  app.all("*", (context) => context.text("app"));
  return app;
}
