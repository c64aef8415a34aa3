import { createHealth, openapi, zPages, type HealthOptions } from "health-state";
import { describe, expect, test } from "vitest";
import { configure, optionsFrom, type Ask } from "../../src/probers/index.ts";
import { say } from "../kit/command.ts";

/** A running service that also serves its OpenAPI document. */
function service(options: HealthOptions): Ask {
  const health = createHealth({ ...options, expect: ["index"] });
  return async (url, accept) => {
    const request = new Request(url, { headers: { accept } });
    const answer = url.endsWith("/openapi.json")
      ? Response.json({ openapi: "3.1.0", paths: openapi(health) })
      : health.fetch(request);
    return {
      status: answer.status,
      contentType: answer.headers.get("content-type") ?? "",
      body: await answer.text(),
    };
  };
}

const OWN = {
  paths: { readiness: "/ready", liveness: "/live", startup: "/started" },
  words: { ok: "UP", stale: "OLD" },
};

describe("config", () => {
  test("writes the paths and the words of the service", async () => {
    const { code, out } = await say([
      "config",
      "haproxy",
      "--port",
      "8080",
      "--base",
      "/ops",
      "--paths",
      "readiness=/ready",
      "--words",
      "ok=UP,stale=OLD",
    ]);
    expect([code, out]).toEqual([
      0,
      configure("haproxy", {
        port: 8080,
        base: "/ops",
        paths: { readiness: "/ready" },
        words: { ok: "UP", stale: "OLD" },
      })[0]?.text,
    ]);
    expect(out).toContain("meth GET uri /ops/ready ver");
    expect(out).toContain("expect string UP\n");
  });

  test.each([
    ["keepalived", "health-state: --words changes nothing in this output of keepalived\n"],
    ["haproxy", ""],
  ])("says that the words change nothing, where %s reads no body", async (prober, noted) => {
    const { code, out, err } = await say(["config", prober, "--words", "ok=UP"]);
    expect([code, err]).toEqual([0, noted]);
    expect(out).toBe(configure(prober, { words: { ok: "UP" } })[0]?.text);
  });

  test("knows the paths of the Kubernetes components", async () => {
    const { out } = await say(["config", "kubernetes", "--paths", "zPages"]);
    expect(out).toBe(configure("kubernetes", { paths: zPages })[0]?.text);
    expect(out.match(/path: .*/g)).toEqual(["path: /startupz", "path: /readyz", "path: /livez"]);
  });

  test("has the port of the library's README unless another is given", async () => {
    expect((await say(["config", "kubernetes"])).out).toContain("containerPort: 5100\n");
  });

  test.each([
    ["http://127.0.0.1:7001/ready/openapi.json", OWN],
    ["http://127.0.0.1:7001/readyz", { paths: zPages }],
    ["http://127.0.0.1:7001/ops/status", { base: "/ops", words: { ok: "UP" } }],
  ])("asks a running service at %s for what it is", async (url, options) => {
    const ask = service(options);
    const told = await say(["config", "kubernetes", "--from", url], {}, ask);
    expect(told).toEqual({ code: 0, out: configure("kubernetes", { port: 7001, ...options })[0]?.text, err: "" });
    const probers = await say(["config", "haproxy", "--from", url], {}, ask);
    expect(probers.out).toBe(configure("haproxy", { port: 7001, ...options })[0]?.text);
  });

  test("takes an option over what the service tells", async () => {
    const ask = service(OWN);
    const { out } = await say(
      ["config", "kubernetes", "--from", "http://127.0.0.1:7001/openapi.json", "--port", "9000"],
      {},
      ask,
    );
    expect(out).toBe(configure("kubernetes", { port: 9_000, ...OWN })[0]?.text);
  });

  test("gives the same as a function", async () => {
    expect(await optionsFrom("http://127.0.0.1:7001/openapi.json", service(OWN))).toEqual({
      port: 7_001,
      paths: OWN.paths,
      words: { ok: "UP", stale: "OLD", notLoaded: "INDEX-NOT-LOADED", draining: "INDEX-DRAINING", wedged: "WEDGED" },
    });
  });

  test.each([
    [["--paths", "/ready"], '--paths "/ready": must look like zPages or readiness=/ready,liveness=/live'],
    [["--paths", "redy=/ready"], '--paths: there is no "redy". The names are readiness, liveness, startup'],
    [["--paths", "liveness=/status"], 'paths.liveness is "/status". Pass a path that readiness does not have.'],
    [
      ["--paths", "readiness=/a'b"],
      `paths.readiness is "/a'b". Pass a path of letters, digits and the characters . _ ~ % -, because not every prober accepts others.`,
    ],
    [["--words", "alive=UP"], '--words: there is no "alive". The names are ok, notLoaded, stale, draining, wedged'],
    [
      ["--words", "ok=.*"],
      'words.ok is ".*". Pass letters, digits, - and _, because some probers use a word as a pattern.',
    ],
    [["--from", "http://127.0.0.1:1/status"], "--from http://127.0.0.1:1/status: fetch failed"],
    [["--from", "nowhere"], "--from nowhere: Invalid URL"],
  ])("refuses %j", async (flags, message) => {
    expect(await say(["config", "kubernetes", ...flags])).toEqual({
      code: 2,
      out: "",
      err: `health-state: ${message}\n`,
    });
  });

  test("says what a URL gave that is no probe of the library", async () => {
    const { err } = await say(["config", "kubernetes", "--from", "http://127.0.0.1:7001/"], {}, service({}));
    expect(err).toContain("http://127.0.0.1:7001/ answers 404, but a probe of the library answers 200 or 503");
  });
});
