import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { internalsOf } from "../../src/handler/internals.ts";
import { createHealth, deprecated, details, zPages, type Health } from "../../src/index.ts";
import { createVirtualClock, force } from "../../src/testing/index.ts";
import { read } from "../answer/whole.ts";

/** Marks everything that a request brings, so that an echo of it shows. */
const MARK = "zqx";

const marked = fc.string({ unit: "binary", maxLength: 12 }).map((text) => `${MARK}${text}`);
const part = fc.oneof(
  fc.constantFrom(
    "/status",
    "/status/live",
    "/status/startup",
    "/readyz",
    "/ops",
    "/",
    "//",
    "?",
    "#",
    "?verbose",
    "&verbose",
    "://",
    "http:",
    "http://h",
    "*",
    "..",
    "%2f",
    "%",
    "\\",
    ":",
    "@",
    "[::1]",
    "\0",
    "\r\n",
  ),
  fc.string({ unit: "binary", maxLength: 6 }),
  marked,
);
const target = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(""));
const method = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("GET", "HEAD") },
  { weight: 2, arbitrary: fc.constantFrom("OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "get", "") },
  { weight: 1, arbitrary: marked },
);
const accept = fc.option(
  fc.oneof(
    fc.constantFrom(
      "application/json",
      "application/health+json",
      "*/*",
      "text/plain",
      ",,;;",
      "application/json;q=zqx",
    ),
    marked,
  ),
);

/** Every set-up that changes what an answer is made of. */
const HEALTHS: Readonly<Record<string, () => Health>> = {
  empty: () => createHealth(),
  loaded: () => of({}),
  "with details for all": () => of({ details: details("always") }),
  "with details for some": () => of({ details: details((request) => request.headers.get("x-ops") === MARK) }),
  "with a base and many paths": () =>
    of({
      base: "/ops",
      paths: { ...zPages, readiness: ["/status", deprecated("/readyz", { since: new Date(0), successor: "/status" })] },
      details: details(({ url }) => url.includes("verbose")),
    }),
};

function of(options: Parameters<typeof createHealth>[0]): Health {
  const health = createHealth({ clock: createVirtualClock(), ...options });
  force(health.resource("index", { load: () => new Promise<object>(() => {}), staleAfter: "1m" }), "STALE", {});
  return health;
}

const STATUSES = [200, 404, 405, 503];

describe("whatever is asked, the answer is one of four statuses and echoes nothing", () => {
  test.each(Object.entries(HEALTHS))("ask, %s", (_name, make) => {
    const health = make();
    const platform = (given: string | null) => ({
      accept: () => given,
      request: () => new Request("http://x/", { headers: { "x-ops": MARK } }),
    });
    fc.assert(
      fc.property(method, target, accept, (verb, asked, accepted) => {
        const answer = internalsOf(health).ask(verb, asked, undefined, platform(accepted));
        if (!answer) return;
        expect(STATUSES).toContain(answer.status);
        expect(answer.status === 405).toBe(verb !== "GET" && verb !== "HEAD");
        expect(JSON.stringify(answer)).not.toContain(MARK);
        if (verb === "HEAD") expect(answer.body).toBe("");
      }),
      { numRuns: 3_000 },
    );
  });

  test.each(Object.entries(HEALTHS))("fetch and match, %s, for whatever can be a Request", async (_name, make) => {
    const health = make();
    await fc.assert(
      fc.asyncProperty(method, target, accept, async (verb, asked, accepted) => {
        const request = requestOf(verb, asked, accepted);
        if (!request) return;
        const answer = await read(health.fetch(request));
        expect(STATUSES).toContain(answer.status);
        expect(JSON.stringify(answer)).not.toContain(MARK);
        expect(answer.headers["content-length"]).toMatch(/^\d+$/);
        if (verb !== "HEAD")
          expect(answer.headers["content-length"]).toBe(String(new TextEncoder().encode(answer.body).length));
        const matched = health.match(request);
        expect(matched ? await read(matched) : 404).toEqual(matched ? answer : answer.status);
      }),
      { numRuns: 1_500 },
    );
  });

  function requestOf(verb: string, asked: string, accepted: string | null): Request | undefined {
    try {
      return new Request(asked.includes("://") ? asked : `http://host.test${asked}`, {
        method: verb,
        headers: { "x-ops": MARK, ...(accepted !== null && { accept: accepted }) },
      });
    } catch {
      // What the platform itself refuses never comes to us.
      return undefined;
    }
  }
});

test("only the paths in routes are answered, to the letter", () => {
  const health = createHealth({ base: "/ops", paths: { readiness: ["/status", "/a%20b"] } });
  const unread = { accept: () => null, request: (): never => expect.fail("a Request was built") };
  fc.assert(
    fc.property(target, (asked) => {
      const matched = internalsOf(health).ask("GET", asked, undefined, unread) !== undefined;
      const path = /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*)?(\/[^?#]*)?/.exec(asked)?.[1];
      expect(matched).toBe(path !== undefined && internalsOf(health).routes.has(path));
    }),
    { numRuns: 5_000 },
  );
});
