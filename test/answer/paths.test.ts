import { refused } from "../kit/refused.ts";
import { describe, expect, test } from "vitest";
import { internalsOf } from "../../src/handler/internals.ts";
import { createHealth, deprecated, PATHS, zPages, type HealthOptions, type Probe } from "../../src/index.ts";
import { pathOf } from "../../src/answer/paths.ts";
import { ask, NOT_OURS, PATH_OF, PROBES, read, wholeOf } from "./whole.ts";

const UNREAD = { accept: () => null, request: (): never => expect.fail("a Request was built") };

/** What an empty health answers to each probe: enough to tell them apart is done by the path. */
const ALIVE = wholeOf([200, "I-AM-ALIVE", "READY", undefined]);
const LIVE = wholeOf([200, "I-AM-ALIVE", undefined, undefined]);

function statusOf(target: string, options: HealthOptions = {}, method = "GET"): number | undefined {
  return internalsOf(createHealth(options)).ask(method, target, undefined, UNREAD)?.status;
}

describe("the path of a target", () => {
  // Targets as a raw HTTP server hands them on, and what is looked up.
  const PATHS_OF: readonly (readonly [target: string, path: string])[] = [
    ["/status", "/status"],
    ["/status?verbose", "/status"],
    ["/status#top", "/status"],
    ["/status?a#b", "/status"],
    ["/status#a?b", "/status"],
    ["/status?next=http://other/status/live", "/status"],
    ["http://host/status", "/status"],
    ["HTTP://host/status?x", "/status"],
    ["https://user:pass@host:8080/status", "/status"],
    ["http://[::1]:80/status", "/status"],
    ["http://host", ""],
    ["http://host?x", ""],
    ["http://host#x", ""],
    ["http://host?x=/status", ""],
    ["http://host#/status", ""],
    ["http:///status", "/status"],
    ["//status", "//status"],
    ["//host/status", "//host/status"],
    ["/", "/"],
    ["", ""],
  ];
  test.each(PATHS_OF)("%s is looked up as %s", (target, path) => {
    expect(pathOf(target)).toBe(path);
  });

  test.each([
    "*",
    "status",
    "abc/status",
    "host:80/status",
    "?x=http://host/status",
    "x?u=a://b/status",
    "://host/status",
    "1http://host/status",
  ])("%s is no path, and not ours by its suffix", (target) => {
    expect(statusOf(target)).toBeUndefined();
  });
});

describe("every method on every form of a path", () => {
  const METHODS = {
    GET: 200,
    HEAD: 200,
    OPTIONS: 405,
    POST: 405,
    PUT: 405,
    PATCH: 405,
    DELETE: 405,
    TRACE: 405,
    CONNECT: 405,
    PURGE: 405,
    get: 405,
    "": 405,
  } as const;
  const FORMS: Readonly<Record<string, (path: string) => string>> = {
    plain: (path) => path,
    "with a slash": (path) => `${path}/`,
    "with a query": (path) => `${path}?a=b`,
    "with a slash and a query": (path) => `${path}/?`,
    "with a fragment": (path) => `${path}#f`,
    absolute: (path) => `http://host.test:8080${path}`,
    "absolute, no host": (path) => `http://${path}`,
  };
  const cases = Object.entries(METHODS).flatMap(([method, status]) =>
    Object.entries(FORMS).flatMap(([form, make]) =>
      PROBES.map((probe) => [method, form, probe, make(PATH_OF[probe]), status] as const),
    ),
  );

  test.each(cases)("%s, %s, %s", (method, _form, probe, target, status) => {
    const alive = probe === "liveness" ? LIVE : ALIVE;
    const golden = status === 405 ? NOT_OURS[405] : method === "HEAD" ? { ...alive, body: "" } : alive;
    expect(internalsOf(createHealth()).ask(method, target, undefined, UNREAD)).toEqual(golden);
  });

  const NOT_PATHS: readonly ((path: string) => string)[] = [
    (path) => `${path}//`,
    (path) => `/${path}`,
    (path) => `${path}x`,
    (path) => `/x${path}`,
    (path) => `${path}/x`,
    (path) => path.toUpperCase(),
    (path) => path.replace("s", "%73"),
    (path) => `${path}%2f`,
    (path) => `${path}%00`,
    (path) => `${path};a=b`,
    (path) => `${path} `,
    (path) => `/.${path}`,
    (path) => `/x/..${path}`,
    (path) => path.slice(1),
    (path) => path.replaceAll("/", "\\"),
  ];
  const others = NOT_PATHS.flatMap((make) => PROBES.map((probe) => make(PATH_OF[probe])));
  test.each(others)("%s is not ours, whatever the method", (target) => {
    for (const method of Object.keys(METHODS)) expect(statusOf(target, {}, method), method).toBeUndefined();
  });

  test("fetch answers 404 and match passes on, with an empty body and the safety headers", async () => {
    const health = createHealth();
    for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
      expect(await ask(health, "/other", { method }), method).toEqual(NOT_OURS[404]);
      expect(health.match(new Request("http://x/other", { method })), method).toBeUndefined();
    }
  });

  test("a Request's own normalisation is what the platform hands on", async () => {
    const health = createHealth();
    expect(await read(health.fetch(new Request("http://x/a/../status")))).toEqual(ALIVE);
    expect(await read(health.fetch(new Request("http://x\\status")))).toEqual(ALIVE);
  });
});

describe("paths are what the options say", () => {
  const zProbes: Readonly<Record<Probe, string>> = { readiness: "/readyz", liveness: "/livez", startup: "/startupz" };

  test("zPages answers where the Kubernetes components do, and nowhere else", async () => {
    const health = createHealth({ paths: zPages });
    for (const probe of PROBES) {
      expect(await ask(health, zProbes[probe])).toEqual(probe === "liveness" ? LIVE : ALIVE);
      expect(await ask(health, PATH_OF[probe])).toEqual(NOT_OURS[404]);
    }
  });

  test("a probe has several paths, a probe left out keeps its own, and an empty list has none", async () => {
    const health = createHealth({ paths: { readiness: ["/status", "/healthz", "/ready"], startup: [] } });
    for (const path of ["/status", "/healthz", "/ready", "/healthz/"])
      expect(await ask(health, path), path).toEqual(ALIVE);
    expect(await ask(health, "/status/live")).toEqual(LIVE);
    expect(await ask(health, "/status/startup")).toEqual(NOT_OURS[404]);
  });

  test("a base path is answered with and without itself, and only once", () => {
    const options = { base: "/ops" };
    for (const path of Object.values(PATH_OF)) {
      expect(statusOf(path, options), path).toBe(200);
      expect(statusOf(`/ops${path}`, options), path).toBe(200);
      expect(statusOf(`/ops${path}/`, options), path).toBe(200);
      for (const wrong of [`/ops/ops${path}`, `/op${path}`, `/OPS${path}`, `/x/ops${path}`])
        expect(statusOf(wrong, options), wrong).toBeUndefined();
    }
  });

  test("routes names every path once with its probe, for whoever writes them down", () => {
    const health = createHealth({ base: "/ops", paths: { ...PATHS, liveness: ["/status/live", "/ping"] } });
    expect([...new Set(internalsOf(health).routes.values())].map(({ path, probe }) => [probe, path])).toEqual([
      ["readiness", "/ops/status"],
      ["liveness", "/ops/status/live"],
      ["liveness", "/ops/ping"],
      ["startup", "/ops/status/startup"],
    ]);
  });

  const WRONG: readonly (readonly [HealthOptions, string])[] = [
    [
      { paths: { readiness: "status" } },
      'health-state: paths.readiness is "status". Pass a path such as "/status", without a slash at its end.',
    ],
    [
      { paths: { liveness: "/live/" } },
      'health-state: paths.liveness is "/live/". Pass a path such as "/status", without a slash at its end.',
    ],
    [
      { paths: { startup: "" } },
      'health-state: paths.startup is "". Pass a path such as "/status", without a slash at its end.',
    ],
    [
      { paths: { startup: "/a b" } },
      'health-state: paths.startup is "/a b". Pass a path such as "/status", without a slash at its end.',
    ],
    [
      { paths: { startup: "/a?b" } },
      'health-state: paths.startup is "/a?b". Pass a path such as "/status", without a slash at its end.',
    ],
    [
      { paths: { startup: "//a" } },
      'health-state: paths.startup is "//a". Pass a path such as "/status", without a slash at its end.',
    ],
    [
      { paths: { startup: "/status" } },
      'health-state: paths.startup is "/status". Pass a path that readiness does not have.',
    ],
    [
      { base: "/a", paths: { readiness: "/x", liveness: "/a/x" } },
      'health-state: paths.liveness is "/a/x". Pass a path that readiness does not have.',
    ],
    [{ base: "ops" }, 'health-state: base is "ops". Pass a path such as "/ops", without a slash at its end.'],
    [{ base: "/" }, 'health-state: base is "/". Pass a path such as "/ops", without a slash at its end.'],
  ];
  test.each(WRONG)("%j is refused by name, value and what is accepted", (options, message) => {
    expect(() => createHealth(options)).toThrow(refused(message));
  });
});

describe("a deprecated path gives the same answer and says where to go", () => {
  const since = new Date("2026-03-01T00:00:00.900Z");
  const sunset = new Date("2027-03-01T00:00:00Z");
  const marks = {
    deprecation: "@1772323200",
    sunset: "Mon, 01 Mar 2027 00:00:00 GMT",
    link: '</status>; rel="successor-version"',
  };
  const marked = (): ReturnType<typeof deprecated> => deprecated("/healthz", { since, sunset, successor: "/status" });

  test("GET, HEAD, a method that is not ours, and the successor itself", async () => {
    const health = createHealth({ paths: { readiness: ["/status", marked()] } });
    const alive = { ...ALIVE, headers: { ...ALIVE.headers, ...marks } };
    expect(await ask(health, "/healthz")).toEqual(alive);
    expect(await ask(health, "/healthz/?x")).toEqual(alive);
    expect(await ask(health, "/healthz", { method: "HEAD" })).toEqual({ ...alive, body: "" });
    expect(await ask(health, "/healthz", { method: "OPTIONS" })).toEqual({
      ...NOT_OURS[405],
      headers: { ...NOT_OURS[405].headers, ...marks },
    });
    expect(await ask(health, "/status")).toEqual(ALIVE);
    // The mark is added to a copy: the next plain answer does not have it.
    expect(await ask(health, "/status")).toEqual(ALIVE);
  });

  test("without a sunset there is no sunset header", () => {
    expect(deprecated("/healthz", { since, successor: "/status" })).toEqual({
      path: "/healthz",
      headers: { deprecation: marks.deprecation, link: marks.link },
    });
  });

  test("what cannot be a header is refused by name", () => {
    const bad = new Date(NaN);
    expect(() => deprecated("/a", { since: bad, successor: "/b" })).toThrow(
      refused("health-state: since is a Date. Pass a valid Date."),
    );
    expect(() => deprecated("/a", { since, sunset: bad, successor: "/b" })).toThrow(
      refused("health-state: sunset is a Date. Pass a valid Date."),
    );
    for (const successor of ["status", "x/status", "/a>b", "/a\r\nx: y", "/ä"])
      expect(() => deprecated("/a", { since, successor }), successor).toThrow(/successor/);
  });
});
