// Connect, whose middleware NestJS and many others take
import connect from "connect";
import { probes } from "../../../dist/adapters/node.js";
import { serve } from "../../../test/contract/fixture/node.mjs";

serve(({ health, guards }) => {
  const app = connect();
  app.use(probes(health));
  if (guards) {
    app.use("/data", guards.data);
    app.use("/young", guards.young);
  }
  app.use("/data", (request, response) => response.end("data"));
  app.use("/young", (request, response) => response.end("young"));
  app.use((request, response) => response.end("app"));
  return app;
});
