// Vercel's edge: its own edge-runtime, with the function as one script.
import { createRequire } from "node:module";
import { at } from "../../contract/places.mjs";

const [, , file] = process.argv;
const tool = createRequire(at("tools/runtimes/package.json"));
const { build } = tool("esbuild");
const { EdgeRuntime, runServer } = tool("edge-runtime");
const { outputFiles } = await build({
  stdin: {
    contents: `import handle, { config } from ${JSON.stringify(file)};
      if (config.runtime !== "edge") throw new Error("it is no edge function");
      addEventListener("fetch", (event) => event.respondWith(handle(event.request, event)));`,
    resolveDir: at("."),
  },
  bundle: true,
  format: "iife",
  target: "es2022",
  write: false,
  logLevel: "error",
  // The platform puts the variables in as it builds.
  define: { "process.env.RATES_URL": JSON.stringify(process.env.RATES_URL) },
});
const runtime = new EdgeRuntime({ initialCode: outputFiles[0].text });
await runServer({ runtime, host: "127.0.0.1", port: Number(process.env.PORT) });
