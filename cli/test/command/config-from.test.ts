import { once } from "node:events";
import { createServer } from "node:http";
import { createHealth, openapi, zPages, type HealthOptions } from "health-state";
import { probes } from "health-state/node";
import { describe, expect, test } from "vitest";
import { ask } from "../../src/io/ask.ts";
import { configure, PROBERS, type ConfigOptions } from "../../src/probers/index.ts";
import { say } from "../kit/command.ts";

/** Runs a service with the library on a free port while `use` asks it. */
async function serving<T>(options: HealthOptions, isReady: boolean, use: (port: number) => Promise<T>): Promise<T> {
  const health = createHealth(options);
  const index = health.resource("index", { load: () => 1 });
  if (isReady) await index.get();
  const server = createServer(
    probes(health, (request, response) => {
      const isDocument = request.url === "/openapi.json";
      response.writeHead(isDocument ? 200 : 404, { "content-type": "application/json" });
      response.end(isDocument ? JSON.stringify({ openapi: "3.1.0", paths: openapi(health) }) : "{}");
    }),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  try {
    return await use(typeof address === "object" ? (address?.port ?? 0) : 0);
  } finally {
    server.closeAllConnections();
    server.close();
    await health.close();
  }
}

const OWN = {
  paths: { readiness: "/ready", liveness: "/live", startup: "/started" },
  words: { ok: "UP", notLoaded: "LOADING", stale: "OLD" },
};

describe("config --from a running server", () => {
  test.each<[string, HealthOptions, string, ConfigOptions]>([
    ["with the usual paths", {}, "/status", {}],
    [
      "with a base and a word of its own",
      { base: "/ops", words: { ok: "UP" } },
      "/ops/status",
      { base: "/ops", words: { ok: "UP" } },
    ],
    ["with the paths of Kubernetes", { paths: zPages }, "/readyz", { paths: zPages }],
    ["with an OpenAPI document", OWN, "/openapi.json", OWN],
  ])("writes for every prober what the options of a service %s would give", async (_, service, path, options) => {
    await serving(service, true, async (port) => {
      for (const { name } of PROBERS) {
        const told = await say(["config", name, "--from", `http://127.0.0.1:${port}${path}`], {}, ask);
        const written = await say(["config", name, "--port", String(port), ...flagsOf(options)]);
        // Only who writes the option is told that it changes nothing.
        const err = written.err.replace(/^health-state: --words changes nothing .*\n/m, "");
        expect([name, told]).toEqual([name, { ...written, err }]);
      }
    });
  });

  test("works while the service is not ready", async () => {
    await serving({}, false, async (port) => {
      const { code, out } = await say(["config", "kubernetes", "--from", `http://127.0.0.1:${port}/status`], {}, ask);
      expect([code, out]).toEqual([0, configure("kubernetes", { port })[0]?.text]);
    });
  });

  test("says which path is no probe of the library", async () => {
    await serving({}, true, async (port) => {
      const { code, out, err } = await say(["config", "kubernetes", "--from", `http://127.0.0.1:${port}/x`], {}, ask);
      expect([code, out]).toEqual([2, ""]);
      expect(err).toContain(`http://127.0.0.1:${port}/x answers 404`);
    });
  });
});

function flagsOf({ base, paths, words }: ConfigOptions): readonly string[] {
  const list = (given: object): string =>
    Object.entries(given)
      .map(([name, value]) => `${name}=${value}`)
      .join(",");
  return [
    ...(base === undefined ? [] : ["--base", base]),
    ...(paths ? ["--paths", list(paths)] : []),
    ...(words ? ["--words", list(words)] : []),
  ];
}
