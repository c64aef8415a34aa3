// Express 5
import express from "express";
import { probes } from "../../../dist/adapters/node.js";
import { serve } from "../../../test/contract/fixture/node.mjs";

serve(({ health, guards }) => {
  const app = express().disable("x-powered-by");
  app.use(probes(health));
  if (guards) {
    app.use("/data", guards.data);
    app.use("/young", guards.young);
  }
  app.get("/data", (request, response) => response.type("text").send("data"));
  app.get("/young", (request, response) => response.type("text").send("young"));
  app.use((request, response) => response.type("text").send("app"));
  return app;
});
