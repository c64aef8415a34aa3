// Vercel's Node runtime, as near as it can be had: the function's Fetch handler behind a server of node:http, with the
// request context that @vercel/functions looks for.
import { pathToFileURL } from "node:url";
import { serve } from "@hono/node-server";

const [, , file] = process.argv;
const waitUntil = (promise) => void promise.catch(() => {});
globalThis[Symbol.for("@vercel/request-context")] = { get: () => ({ waitUntil }) };
const { default: handler } = await import(pathToFileURL(file).href);
serve({ fetch: (request) => handler.fetch(request), hostname: "127.0.0.1", port: Number(process.env.PORT) });
