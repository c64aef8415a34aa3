// Bun.serve({ fetch })
import { guard, probes } from "../../../dist/adapters/bun.js";
import { createFixture, endWithParent } from "../fixture/web.mjs";

const fetch = createFixture({ mode: "background", guard, mount: ({ health, app }) => probes(health, app) });
const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch });
console.log(`port ${server.port}`);
endWithParent(process);
