import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { BODY, headersOf } from "./answers.mjs";
import { announce } from "./listen.mjs";

const headers = headersOf(process.argv[2]);
const app = new Hono();
app.use((context) => {
  const { method, url } = context.req.raw;
  return method === "GET" && url !== "" ? new Response(BODY, { status: 200, headers }) : new Response(null);
});
serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => announce(port));
