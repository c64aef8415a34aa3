// bun servers/bun.mjs constant|health|routes|static PATH
import { probes, routes } from "../../dist/adapters/bun.js";
import { BODY, headersOf } from "./answers.mjs";
import { loadedHealth } from "./health.mjs";
import { announce } from "./listen.mjs";

const [kind, path] = process.argv.slice(2);
const headers = headersOf(path);
const constant = ({ method, url }) =>
  method === "GET" && url !== "" ? new Response(BODY, { status: 200, headers }) : new Response(null);
const app = () => new Response("app");
const { health } = await loadedHealth();
const options = {
  constant: () => ({ fetch: constant }),
  health: () => ({ fetch: probes(health, app) }),
  routes: () => ({ routes: routes(health), fetch: app }),
  static: () => ({ routes: routes(health, { heartbeats: false }), fetch: app }),
};
announce(Bun.serve({ ...options[kind](), port: 0, hostname: "127.0.0.1" }).port);
