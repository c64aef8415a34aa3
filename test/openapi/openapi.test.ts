import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import {
  createHealth,
  deprecated,
  details,
  heartbeat,
  openapi,
  zPages,
  type Health,
  type HealthOptions,
  type Probe,
} from "../../src/index.ts";
import { createVirtualClock, force } from "../../src/testing/index.ts";
import { ask, PATH_OF, PROBES } from "../answer/whole.ts";

interface Operation {
  readonly summary: string;
  readonly description: string;
  readonly operationId: string;
  readonly deprecated?: boolean;
  readonly security: readonly unknown[];
  readonly responses: Readonly<
    Record<string, { description: string; content?: object; headers?: Record<string, object> }>
  >;
}

/** SAFETY: the loose type is for the tools that take it; this is the shape that is promised. */
function paths(options: HealthOptions = {}): Readonly<Record<string, { get: Operation; head: Operation }>> {
  return openapi(createHealth(options)) as never;
}

/** A service's own document with the probes spread into it. */
function document(options: HealthOptions): object {
  return {
    openapi: "3.1.0",
    info: { title: "matcher", version: "1.0.0" },
    security: [{ key: [] }],
    paths: {
      "/m/{hash}": {
        get: {
          operationId: "match",
          parameters: [{ name: "hash", in: "path", required: true, schema: { type: "string" } }],
          responses: { "200": { description: "The matches." } },
        },
      },
      ...openapi(createHealth(options)),
    },
    components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "x-key" } } },
  };
}

const old = deprecated("/healthz", { since: new Date(0), successor: "/status" });

const OPTIONS: Readonly<Record<string, HealthOptions>> = {
  "by default": {},
  "with the paths of Kubernetes' own": { paths: zPages },
  "with several paths, a deprecated one and a base": {
    base: "/ops",
    paths: { readiness: ["/status", "/ready-z", "/ready_z", old] },
  },
  "with words of the user's own": { words: { ok: "UP", notLoaded: "WARMING" } },
  "with detailed forms": { details: details("always") },
  "with a probe that has no path": { paths: { startup: [] } },
};

describe("in a service's whole document it is valid OpenAPI 3.1", () => {
  test.each(Object.entries(OPTIONS))("%s", async (_name, options) => {
    const whole = document(options);
    expect(await new Validator().validate({ ...structuredClone(whole) })).toEqual({ valid: true });
    // It is plain data: what JSON makes of it is the same.
    expect(JSON.parse(JSON.stringify(whole))).toEqual(whole);
  });

  test.each(Object.entries(OPTIONS))("%s: no two operations have one id", (_name, options) => {
    const ids = Object.values(paths(options)).flatMap(({ get, head }) => [get.operationId, head.operationId]);
    expect(ids).toEqual([...new Set(ids)]);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z][A-Za-z0-9_]*$/);
  });

  test("the validator does refuse what is wrong", async () => {
    const broken = {
      openapi: "3.1.0",
      info: { title: "x", version: "1" },
      paths: { "/status": { get: { responses: { ok: {} } } } },
    };
    expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
  });
});

describe("it names what is answered", () => {
  test("every path, with its base, once, and nothing else", () => {
    expect(Object.keys(paths())).toEqual(["/status", "/status/live", "/status/startup"]);
    expect(Object.keys(paths({ paths: zPages }))).toEqual(["/readyz", "/livez", "/startupz"]);
    expect(Object.keys(paths({ base: "/ops", paths: { readiness: ["/status", old], startup: [] } }))).toEqual([
      "/ops/status",
      "/ops/healthz",
      "/ops/status/live",
    ]);
  });

  test("GET and HEAD with exactly the statuses that are given, and a body for GET alone", () => {
    for (const item of Object.values(paths())) {
      expect(Object.keys(item)).toEqual(["get", "head"]);
      for (const [method, { responses }] of Object.entries(item)) {
        expect(Object.keys(responses)).toEqual(["200", "503"]);
        for (const response of Object.values(responses)) expect("content" in response).toBe(method === "get");
      }
    }
  });

  test.each(PROBES)("the headers of %s that a caller may rely on, no more and no fewer", async (probe) => {
    const promised = (status: string): string[] =>
      Object.keys(paths()[PATH_OF[probe]]?.get.responses[status]?.headers ?? {});
    const own = async (health: Health): Promise<string[]> =>
      Object.keys((await ask(health, PATH_OF[probe])).headers).filter((name) => /health-state|retry-after/.test(name));
    expect(promised("200")).toEqual(await own(createHealth()));
    if (probe !== "liveness") expect(promised("503")).toEqual(await own(createHealth({ expect: ["index"] })));
    else expect(promised("503")).toEqual(["retry-after"]);
  });

  test("a deprecated path is marked, and no other", () => {
    const marked = Object.entries(paths({ paths: { readiness: ["/status", old] } })).filter(
      ([, { get, head }]) => get.deprecated && head.deprecated,
    );
    expect(marked.map(([path]) => path)).toEqual(["/healthz"]);
  });

  test("no probe asks for credentials, whatever the document's default is", () => {
    for (const { get, head } of Object.values(paths())) expect([get.security, head.security]).toEqual([[], []]);
  });
});

interface Content {
  readonly schema: {
    readonly enum?: readonly string[];
    readonly anyOf?: readonly { readonly enum?: readonly string[] }[];
  };
  readonly examples?: Readonly<Record<string, { readonly summary: string; readonly value: string }>>;
}

/** SAFETY: the loose type is for the tools that take it; this is the shape that is promised. */
function bodyOf(probe: Probe, status: string, options: HealthOptions = {}): Readonly<Record<string, Content>> {
  return paths(options)[PATH_OF[probe]]?.get.responses[status]?.content as never;
}

/** The words by probe and status, such as `readiness 503`. */
function promised(options: HealthOptions = {}): Readonly<Record<string, readonly string[] | undefined>> {
  const both = PROBES.flatMap((probe) => ["200", "503"].map((status) => [probe, status] as const));
  return Object.fromEntries(
    both.map(([probe, status]) => [`${probe} ${status}`, bodyOf(probe, status, options)["text/plain"]?.schema.enum]),
  );
}

/** Each word that is seen while a service goes through all that can be, by probe and status. */
async function seen(options: HealthOptions = {}): Promise<Readonly<Record<string, readonly string[]>>> {
  const words: Record<string, Set<string>> = {};
  const clock = createVirtualClock();
  const health = createHealth({ ...options, clock });
  const index = health.resource("index", { load: () => new Promise<object>(() => {}), refreshEvery: "30s" });
  const look = async (): Promise<void> => {
    for (const probe of PROBES) {
      const { status, body } = await ask(health, PATH_OF[probe]);
      (words[`${probe} ${status}`] ??= new Set()).add(body);
    }
  };
  for (const state of ["NOT_LOADED", "LOADING", "READY", "STALE"] as const) {
    force(index, state, {});
    await look();
  }
  heartbeat(health, "loop", { within: "1s" })();
  await clock.advance(2_000);
  await look();
  force(index, "READY", {});
  health.drain();
  await look();
  await health.close();
  await look();
  return Object.fromEntries(Object.entries(words).map(([key, each]) => [key, [...each].sort()]));
}

describe("each body's schema names the probe's words", () => {
  test("by probe and status", () => {
    expect(promised()).toEqual({
      "readiness 200": ["I-AM-ALIVE"],
      "readiness 503": ["INDEX-NOT-LOADED", "INDEX-STALE", "INDEX-DRAINING"],
      "liveness 200": ["I-AM-ALIVE"],
      "liveness 503": ["WEDGED"],
      "startup 200": ["I-AM-ALIVE"],
      "startup 503": ["INDEX-NOT-LOADED"],
    });
  });

  test.each([
    ["the words as they are", {}],
    ["words of the user's own", { ok: "UP", notLoaded: "WARMING", stale: "OLD", draining: "LEAVING", wedged: "STUCK" }],
  ])("and those are the words that are answered, no more and no fewer: %s", async (_name, words) => {
    const sorted = Object.entries(promised({ words })).map(([key, each]) => [key, [...(each ?? [])].sort()]);
    expect(await seen({ words })).toEqual(Object.fromEntries(sorted));
  });

  test("with an example for each state, which the schema accepts", () => {
    const named = PROBES.map((probe) =>
      ["200", "503"].map((status) => {
        const { schema, examples = {} } = bodyOf(probe, status)["text/plain"] ?? { schema: {} };
        for (const { value } of Object.values(examples)) expect(schema.enum).toContain(value);
        expect(new Set(Object.values(examples).map(({ value }) => value))).toEqual(new Set(schema.enum));
        return Object.keys(examples);
      }),
    );
    expect(named).toEqual([
      [
        ["READY", "STALE"],
        ["NOT_LOADED", "LOADING", "TOO_OLD", "DRAINING"],
      ],
      [["ALIVE"], ["WEDGED"]],
      [["STARTED"], ["NOT_LOADED", "LOADING"]],
    ]);
  });
});

describe("the detailed forms are described only where somebody may have them", () => {
  test.each([
    ["left out", {}, false],
    ['details("never")', { details: details("never") }, false],
    ['details("always")', { details: details("always") }, true],
    ["a predicate", { details: details(() => false) }, true],
  ] as const)("%s", (_name, options, isDescribed) => {
    for (const probe of PROBES) {
      expect(Object.keys(bodyOf(probe, "200", options))).toEqual(
        isDescribed ? ["text/plain", "application/health+json", "application/json"] : ["text/plain"],
      );
      expect("parameters" in (paths(options)[PATH_OF[probe]]?.get ?? {})).toBe(isDescribed);
    }
  });

  test("the plain word is still named among them", () => {
    const { schema } = bodyOf("liveness", "503", { details: details("always") })["text/plain"] ?? { schema: {} };
    expect(schema.anyOf?.[0]?.enum).toEqual(["WEDGED"]);
  });

  test("what is answered has the form that is described", async () => {
    const health = createHealth({ details: details("always"), expect: ["index"] });
    const request = new Request("http://x/status", { headers: { accept: "application/health+json" } });
    const body: object = await health.fetch(request).json();
    // SAFETY: the loose type is for the tools that take it; this is the shape that is promised.
    const content = openapi(health)["/status"] as never as { get: Operation };
    const described = JSON.parse(JSON.stringify(content.get.responses["503"]?.content))["application/health+json"];
    for (const name of described.schema.required) expect(Object.keys(body)).toContain(name);
    for (const name of Object.keys(body)) expect(Object.keys(described.schema.properties)).toContain(name);
    expect(described.schema.properties.status.enum).toContain(Reflect.get(body, "status"));
    const verbose = await health.fetch(new Request("http://x/status?verbose")).text();
    expect(verbose).toMatch(new RegExp(described === undefined ? "" : "check (passed|failed)\n$"));
  });
});

describe("descriptions a maintainer would accept", () => {
  const KUBERNETES: Readonly<Record<Probe, RegExp>> = {
    readiness: /Kubernetes readinessProbe/,
    liveness: /Kubernetes livenessProbe/,
    startup: /Kubernetes startupProbe/,
  };
  test.each(PROBES)(
    "%s names the Kubernetes probe it is for, in whole sentences, without naming resources",
    (probe) => {
      const item = paths({ expect: ["secret-index"] })[PATH_OF[probe]];
      for (const { description, summary } of [item?.get, item?.head].filter((each) => each !== undefined)) {
        expect(description).toMatch(KUBERNETES[probe]);
        expect(description).toMatch(/\.$/);
        expect(summary).not.toBe("");
        expect(JSON.stringify(item)).not.toContain("secret-index");
      }
    },
  );

  test("readiness warns of the crash loop that a livenessProbe on it makes", () => {
    expect(paths()["/status"]?.get.description).toMatch(/Do not use it as a livenessProbe/);
  });
});

test("each call gives a document of its own, with no object in two places", () => {
  const seen = new Set<unknown>();
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    expect(seen.has(node)).toBe(false);
    seen.add(node);
    Object.values(node).forEach(visit);
  };
  const health = createHealth();
  visit(openapi(health));
  visit(openapi(health));
});

test("what is no health is refused by name", () => {
  // SAFETY: what JavaScript may pass.
  expect(() => openapi({} as Health)).toThrow(/^health-state: health is .*\. Pass what createHealth\(\) returned\.$/);
});
