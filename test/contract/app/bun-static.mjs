// Bun.serve({ routes }), liveness as a Response that Bun holds where nothing can change it
import { guard, probes, routes } from "../../../dist/adapters/bun.js";
import { createFixture, endWithParent } from "../fixture/web.mjs";

const fetch = createFixture({
  mode: "background",
  guard,
  mount: ({ health, app, changeable }) => {
    server.reload({ routes: routes(health, { heartbeats: changeable }), fetch });
    return probes(health, app);
  },
});
const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch });
console.log(`port ${server.port}`);
endWithParent(process);
