// Koa 3
import Koa from "koa";
import { guard, probes } from "../../../dist/adapters/koa.js";
import { serve } from "../../../test/contract/fixture/node.mjs";

serve(
  ({ health, guards }) => {
    const app = new Koa();
    app.use(probes(health));
    app.use((context, next) => {
      const guarded = { "/data": guards?.data, "/young": guards?.young }[context.path];
      return guarded ? guarded(context, next) : next();
    });
    app.use((context) => {
      context.body = { "/data": "data", "/young": "young" }[context.path] ?? "app";
    });
    return app.callback();
  },
  { guard },
);
