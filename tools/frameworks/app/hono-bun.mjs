// Hono on Bun
import { guard } from "../../../dist/adapters/hono.js";
import { createFixture, endWithParent } from "../../../test/contract/fixture/web.mjs";
import { createHono } from "./hono-app.mjs";

const fetch = createFixture({ mode: "background", guard, mount: (stage) => createHono(stage).fetch });
const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch });
console.log(`port ${server.port}`);
endWithParent(process);
