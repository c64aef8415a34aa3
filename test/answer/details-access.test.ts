import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { internalsOf } from "../../src/handler/internals.ts";
import { createHealth, details, type DetailsAccess } from "../../src/index.ts";
import { CELLS, stage } from "./cells.ts";
import { SCENES } from "./contract.ts";
import { ask, PATH_OF, PROBES, wholeOf } from "./whole.ts";

const JSON_ACCEPT = { headers: { accept: "application/health+json" } };

/** Looks like a promise, and is none. */
const thenable = {};
Reflect.set(thenable, "then", () => {
  throw new Error("no session");
});

/** What a test saw that nobody handled. */
let unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);
beforeEach(() => {
  unhandled = [];
  process.on("unhandledRejection", note);
});
afterEach(() => void process.off("unhandledRejection", note));

/** Whether the details were given: the plain word has no line end and no brace. */
async function given(leave: unknown, init: RequestInit = {}): Promise<boolean> {
  // SAFETY: what JavaScript may pass is the point.
  const health = createHealth({ details: details(leave as DetailsAccess) });
  const text = await ask(health, "/status?verbose", init);
  const json = await ask(health, "/status", { headers: { ...init.headers, ...JSON_ACCEPT.headers } });
  expect(text.body === "I-AM-ALIVE").toBe(json.body === "I-AM-ALIVE");
  return text.body !== "I-AM-ALIVE";
}

describe("who may have details", () => {
  const LEAVES: readonly (readonly [string, unknown, boolean])[] = [
    ["never", "never", false],
    ["always", "always", true],
    ["a predicate that gives true", () => true, true],
    ["a predicate that gives false", () => false, false],
    ["a predicate that gives 1", () => 1, false],
    ["a predicate that gives a string", () => "yes", false],
    ["a predicate that gives an object", () => ({}), false],
    ["a predicate that gives a Boolean object", () => Object(true), false],
    ["a predicate that gives nothing", () => undefined, false],
    ["a predicate that gives a promise of true", async () => true, false],
    [
      "a predicate that throws",
      () => {
        throw new Error("no session");
      },
      false,
    ],
    [
      "a predicate whose promise rejects",
      async () => {
        throw new Error("no session");
      },
      false,
    ],
    ["a predicate that gives a thenable that throws", () => thenable, false],
  ];
  test.each(LEAVES)("%s", async (_name, leave, expected) => {
    expect(await given(leave)).toBe(expected);
    // Two turns of the event loop, in which a rejection that nobody handles would be told.
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(unhandled).toEqual([]);
  });

  test("nobody, where no details were handed in", async () => {
    const health = createHealth();
    for (const init of [{}, JSON_ACCEPT])
      expect(await ask(health, "/status?verbose", init)).toEqual(wholeOf([200, "I-AM-ALIVE", "READY", undefined]));
  });

  test("a predicate is asked with the request, and may look at its headers and URL", async () => {
    const trusted = (request: Request): boolean =>
      request.headers.get("authorization") === "Bearer ops" && new URL(request.url).searchParams.has("verbose");
    expect(
      await ask(createHealth({ details: details(trusted) }), "/status?verbose", {
        headers: { authorization: "Bearer ops" },
      }),
    ).toMatchObject({
      body: "readiness check passed\n",
    });
    expect(await ask(createHealth({ details: details(trusted) }), "/status?verbose")).toMatchObject({
      body: "I-AM-ALIVE",
    });
  });

  test("a predicate is asked, and a Request built, only when details are asked for", () => {
    const asked: string[] = [];
    const health = createHealth({ details: details((request) => asked.push(request.url) > 0) });
    const platform = { accept: (raw: string) => raw, request: () => new Request("http://x/built") };
    const targets = [
      "/status",
      "/status?",
      "/status?verbos",
      "/status?a=verbose",
      "/status?verbosely",
      "/status#?verbose",
      "/status?a#&verbose",
    ];
    for (const target of targets)
      for (const accept of ["", "*/*", "text/html"]) internalsOf(health).ask("GET", target, accept, platform);
    internalsOf(health).ask("POST", "/status?verbose", "application/json", platform);
    internalsOf(health).ask("GET", "/other?verbose", "application/json", platform);
    expect(asked).toEqual([]);
    internalsOf(health).ask("GET", "/status?verbose", "*/*", platform);
    internalsOf(health).ask("HEAD", "/status", "application/json", platform);
    expect(asked).toEqual(["http://x/built", "http://x/built"]);
  });

  test.each([undefined, null, true, "sometimes", {}])("leave %j is refused by name", (leave) => {
    // SAFETY: what JavaScript may pass.
    expect(() => details(leave as unknown as DetailsAccess)).toThrow(
      /^health-state: details is .*\. Pass "never", "always" or a function of the Request\.$/,
    );
  });
});

describe("which form is given", () => {
  const health = createHealth({ details: details("always") });
  const PLAIN = "text/plain; charset=utf-8";
  const FORMS: readonly (readonly [accept: string | undefined, query: string, type: string, detailed: boolean])[] = [
    [undefined, "", PLAIN, false],
    [undefined, "?verbose", PLAIN, true],
    [undefined, "?verbose=1", PLAIN, true],
    [undefined, "?a=b&verbose", PLAIN, true],
    [undefined, "?verbose&a", PLAIN, true],
    [undefined, "?verbose#x", PLAIN, true],
    [undefined, "?VERBOSE", PLAIN, false],
    ["application/json", "", "application/json", true],
    ["application/health+json", "", "application/health+json", true],
    ["application/json, application/health+json", "", "application/health+json", true],
    ["APPLICATION/JSON", "", "application/json", true],
    ["application/json;q=0.5", "", "application/json", true],
    ["application/json; charset=utf-8, text/html", "", "application/json", true],
    ["application/json", "?verbose", "application/json", true],
    // Consul's, curl's, the kubelet's, a browser's: a JSON type among them is no wish for JSON.
    ["text/plain, text/*, */*", "", PLAIN, false],
    ["*/*", "", PLAIN, false],
    ["application/json, */*", "", PLAIN, false],
    ["application/json, text/plain", "", PLAIN, false],
    ["application/json, text/plain, */*", "", PLAIN, false],
    ["application/json, text/*;q=0.1", "", PLAIN, false],
    ["application/json, text/plain", "?verbose", PLAIN, true],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "", PLAIN, false],
    ["application/*", "", PLAIN, false],
    ["application/jsonx", "", PLAIN, false],
    ["application/vnd.api+json", "", PLAIN, false],
    [",;,", "", PLAIN, false],
  ];
  test.each(FORMS)("accept %s with query %s gives %s, detailed: %s", async (accept, query, type, detailed) => {
    const answer = await ask(health, `/status${query}`, accept === undefined ? {} : { headers: { accept } });
    expect([answer.headers["content-type"], answer.body !== "I-AM-ALIVE"]).toEqual([type, detailed]);
  });
});

describe("details change the body alone", () => {
  const asks: readonly (readonly [string, string, RequestInit])[] = [
    ["verbose", "?verbose", {}],
    ["JSON", "", JSON_ACCEPT],
  ];
  const scenes = SCENES.flatMap((scene) =>
    asks.map(([form, query, init]) => [scene.name, form, scene, query, init] as const),
  );
  test.each(scenes)("%s, %s", async (_name, _form, { enter, expected }, query, init) => {
    for (const probe of PROBES) {
      const golden = wholeOf(expected[probe]);
      const detailed = await ask(
        (await enter({ details: details("always") })).health,
        `${PATH_OF[probe]}${query}`,
        init,
      );
      const same = (headers: Readonly<Record<string, string>>): object => ({
        ...headers,
        "content-type": "",
        "content-length": "",
      });
      expect([detailed.status, same(detailed.headers)]).toEqual([golden.status, same(golden.headers)]);
      expect(detailed.headers["content-length"]).toBe(String(new TextEncoder().encode(detailed.body).length));
      // HEAD: the same headers to the letter, and no body.
      const head = await ask((await enter({ details: details("always") })).health, `${PATH_OF[probe]}${query}`, {
        ...init,
        method: "HEAD",
      });
      expect(head).toEqual({ ...detailed, body: "" });
    }
  });

  test("a probe that starts the health starts it once, in the detailed form too", async () => {
    const { health, loader, clock } = stage(CELLS.READY[0]?.options, { details: details("always") });
    for (let n = 0; n < 3; n++) await ask(health, "/status?verbose");
    await clock.settle();
    expect(loader.calls.length).toBe(1);
  });
});
