// A Worker, bundled for workerd.
import { guard, probes } from "../../../dist/adapters/cloudflare.js";
import { createFixture } from "../fixture/web.mjs";

const fetch = createFixture({
  mode: "request",
  guard,
  mount: ({ health, app }) => probes(health, { fetch: app }).fetch,
});
export default { fetch };
