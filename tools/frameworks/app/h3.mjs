// h3 2, and so Nitro: no adapter, for it takes a Fetch handler as it is
import { H3 } from "h3";
import { toNodeHandler } from "h3/node";
import { guard } from "../../../dist/adapters/deno.js";
import { serve } from "../../../test/contract/fixture/node.mjs";

const text = (body) => () => new Response(body);

serve(
  ({ health, guards }) => {
    const app = new H3();
    app.use((event, next) => health.match(event.req) ?? next());
    app.all("/data", (event) => (guards ? guards.data(text("data")) : text("data"))(event.req));
    app.all("/young", (event) => (guards ? guards.young(text("young")) : text("young"))(event.req));
    app.all("/**", () => "app");
    return toNodeHandler(app);
  },
  { guard },
);
