// deno run servers/deno.mjs constant|health PATH
import process from "node:process";
import { probes } from "../../dist/adapters/deno.js";
import { BODY, headersOf } from "./answers.mjs";
import { loadedHealth } from "./health.mjs";

const [kind, path] = process.argv.slice(2);
const headers = headersOf(path);
const constant = ({ method, url }) =>
  method === "GET" && url !== "" ? new Response(BODY, { status: 200, headers }) : new Response(null);
const { health } = await loadedHealth();
const handler = kind === "constant" ? constant : probes(health, () => new Response("app"));
Deno.serve(
  {
    port: 0,
    hostname: "127.0.0.1",
    onListen: ({ port }) => {
      console.log(`port ${port}`);
      process.stdin.on("end", () => process.exit()).resume();
    },
  },
  handler,
);
