// Fastify 5
import fastify from "fastify";
import { guard, probes } from "../../../dist/adapters/fastify.js";
import { serve } from "../../../test/contract/fixture/node.mjs";

serve(
  async ({ health, guards }) => {
    const app = fastify();
    app.register(probes(health));
    app.get("/data", { preHandler: guards ? [guards.data] : [] }, async () => "data");
    app.get("/young", { preHandler: guards ? [guards.young] : [] }, async () => "young");
    app.setNotFoundHandler(async (request, reply) => reply.code(200).send("app"));
    await app.ready();
    return app.routing;
  },
  { guard },
);
