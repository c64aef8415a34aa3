// Hono on @hono/node-server 1, whose Response keeps the headers it is given.
import { getRequestListener } from "hono-node-server-1";
import { serve } from "../../../test/contract/fixture/node.mjs";
import { guard } from "../../../dist/adapters/hono.js";
import { createHono } from "./hono-app.mjs";

serve((stage) => getRequestListener(createHono(stage).fetch, { hostname: "localhost" }), { guard });
