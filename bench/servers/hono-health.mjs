import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { probes } from "../../dist/adapters/hono.js";
import { loadedHealth } from "./health.mjs";
import { announce } from "./listen.mjs";

const { health } = await loadedHealth();
const app = new Hono();
app.use(probes(health));
serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => announce(port));
