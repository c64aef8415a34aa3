// Deno.serve
import process from "node:process";
import { guard, probes } from "../../../dist/adapters/deno.js";
import { createFixture, endWithParent } from "../fixture/web.mjs";

const fetch = createFixture({ mode: "background", guard, mount: ({ health, app }) => probes(health, app) });
Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(`port ${port}`) }, fetch);
endWithParent(process);
