import { index, layout, route, type RouteConfig } from "@react-router/dev/routes";

export default [
  // Beside every layout, not in one: no session or rate limit stands in a prober's way.
  route("status/*", "status.ts"),
  layout("later.tsx", [index("home.tsx"), route("rates/:currency", "rate.ts")]),
] satisfies RouteConfig;
