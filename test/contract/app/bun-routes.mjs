// Bun.serve({ routes })
import { guard, routes } from "../../../dist/adapters/bun.js";
import { createFixture, endWithParent } from "../fixture/web.mjs";

const fetch = createFixture({
  mode: "background",
  guard,
  mount: ({ health, app }) => {
    server.reload({ routes: routes(health), fetch });
    return app;
  },
});
const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch });
console.log(`port ${server.port}`);
endWithParent(process);
