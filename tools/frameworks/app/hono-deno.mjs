// Hono on Deno
import process from "node:process";
import { guard } from "../../../dist/adapters/hono.js";
import { createFixture, endWithParent } from "../../../test/contract/fixture/web.mjs";
import { createHono } from "./hono-app.mjs";

const fetch = createFixture({ mode: "background", guard, mount: (stage) => createHono(stage).fetch });
Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(`port ${port}`) }, fetch);
endWithParent(process);
