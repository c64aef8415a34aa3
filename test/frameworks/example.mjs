// The examples: how each is built and started, and where it differs from the contract.
import { at, RUNTIMES } from "../contract/places.mjs";
import { hotReload } from "./hot.mjs";

const node = (...args) => [process.execPath, ...args];

const hostAndPort = (host, name, port) => [host, "127.0.0.1", name, `${port}`];

const METHODS = {
  forms: ["TRACE", "an unheard-of method"],
  reason: "a file route takes the methods it names, and no others can be named",
};

/** What no prober sends: a target that names the host. */
const ABSOLUTE = ["absolute form", "absolute form over https"];

/** What old probers send. */
const NO_HOST = ["HTTP/1.0 without Host", "HTTP/1.0 HEAD without Host", "OPTIONS of HAProxy, HTTP/1.0"];

/** Requests drive the loads there. */
const WAITS = {
  forms: ["guard data"],
  scene: "LOADING: the first load runs",
  reason: "in request mode a request that needs the value waits for the load",
};

/** Every example by its folder. */
export const EXAMPLES = {
  next: {
    build: node("node_modules/next/dist/bin/next", "build"),
    command: (port) => node("node_modules/next/dist/bin/next", "start", ...hostAndPort("-H", "-p", port)),
    unlike: ["content-length", "vary"], // it streams every body, and varies every answer by its own headers
    differences: [METHODS, { forms: ABSOLUTE, reason: "Next answers 308 to a target in absolute form" }],
    extra: [
      hotReload("rates.ts", (port) => node("node_modules/next/dist/bin/next", "dev", ...hostAndPort("-H", "-p", port))),
    ],
  },
  nitro: {
    build: node("node_modules/nitro/dist/cli/index.mjs", "build"),
    command: () => node(".output/server/index.mjs"),
    // It looks for a public file first, and says so to whoever accepts an encoding.
    unlike: ["vary"],
  },
  sveltekit: {
    build: node("node_modules/vite/bin/vite.js", "build"),
    command: () => node("build"),
    extra: [
      hotReload("src/lib/server/rates.js", (port) =>
        node("node_modules/vite/bin/vite.js", "dev", ...hostAndPort("--host", "--port", port)),
      ),
    ],
    // Without it, 400 to the HTTP/1.0 of old probers, who send no Host.
    env: { ORIGIN: "http://127.0.0.1" },
    differences: [
      { forms: ABSOLUTE, reason: "adapter-node answers 404 to a target in absolute form" },
      { forms: ["TRACE"], reason: "adapter-node answers 400 to TRACE, for no web Request can carry it" },
    ],
  },
  astro: {
    build: node("node_modules/astro/astro.js", "build"),
    command: () => node("dist/server/entry.mjs"),
    extra: [
      hotReload("src/rates.ts", (port) =>
        node("node_modules/astro/astro.js", "dev", ...hostAndPort("--host", "--port", port)),
      ),
    ],
    differences: [
      {
        forms: ["POST", "PUT", "PATCH", "DELETE", "POST, a slash behind", "an unheard-of method"],
        reason: "Astro's check of the origin answers 403 before any middleware runs",
      },
      { forms: ABSOLUTE, reason: "Astro answers 404 to a target in absolute form" },
      { forms: ["TRACE"], reason: "Astro's own server answers 500 to TRACE, for no web Request can carry it" },
    ],
  },
  "react-router": {
    build: node("node_modules/@react-router/dev/bin.js", "build"),
    command: () => node("node_modules/@react-router/serve/bin.js", "build/server/index.js"),
    extra: [
      hotReload("app/rates.server.ts", (port) =>
        node("node_modules/@react-router/dev/bin.js", "dev", ...hostAndPort("--host", "--port", port)),
      ),
    ],
    // Its server compresses, and so varies by what is accepted.
    unlike: ["vary"],
    differences: [
      METHODS,
      { forms: ABSOLUTE, reason: "react-router-serve answers 500 to a target in absolute form" },
      { forms: NO_HOST, reason: "react-router-serve answers 500 to a request without a Host" },
    ],
  },
  h3: {
    command: () => node("server.mjs"),
  },
  nestjs: {
    build: node("node_modules/typescript/bin/tsc", "-p", "tsconfig.json"),
    command: () => node("dist/main.js"),
    // The second signal cuts the delay of the drain short.
    signals: ["SIGTERM", "SIGTERM"],
  },
  elysia: {
    runtime: "Bun",
    command: () => [...RUNTIMES.Bun.command, "server.ts"],
    signals: ["SIGTERM", "SIGTERM"],
  },
  vercel: {
    command: () => node(at("test/frameworks/platform/vercel.mjs"), "api/index.js"),
    differences: [WAITS],
  },
  "vercel-edge": {
    folder: "vercel",
    runtime: "edge-runtime",
    command: () => node(at("test/frameworks/platform/vercel-edge.mjs"), at("examples/vercel/api/edge.js")),
    unlike: ["content-length"], // edge-runtime's own server sends every body in chunks
    differences: [
      WAITS,
      { forms: ["TRACE"], reason: "edge-runtime's own server dies of TRACE, for no web Request can carry it" },
    ],
  },
  "netlify-edge": {
    runtime: "Deno",
    command: () => [
      ...RUNTIMES.Deno.command,
      at("test/frameworks/platform/netlify.mjs"),
      "netlify/edge-functions/rates.ts",
    ],
    differences: [WAITS],
  },
  "deno-deploy": {
    runtime: "Deno",
    command: () => [...RUNTIMES.Deno.command, "main.ts"],
    address: (port) => ({ DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}` }),
    differences: [WAITS],
  },
};
