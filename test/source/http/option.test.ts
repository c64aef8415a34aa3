import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createHealth, SourceError, type Health } from "../../../src/index.ts";
import { createVirtualClock } from "../../../src/testing/index.ts";
import { fromHttp, fromPointer } from "../../../src/source/http/index.ts";
import type { Case } from "./kit.ts";
import { startRawServer, type RawServer } from "./server.ts";
import { answer, bare } from "./wire.ts";

const URL_GIVEN = "https://rates.example/v2.json?key=secret";

describe("the options of fromHttp", () => {
  test.each([
    ["nothing", [undefined, {}], "url is no absolute URL"],
    ["a relative URL", ["/v2.json?key=secret", {}], "url is no absolute URL"],
    ["another scheme", ["ftp://rates.example/?key=secret", {}], "url is a URL of ftp:"],
    ["a user", ["https://me:secret@rates.example/", {}], "url is a URL with a user"],
    ["an unknown option", [URL_GIVEN, { maxbytes: 1 }], 'Did you mean "maxBytes"?'],
    ["undefined for a limit", [URL_GIVEN, { idleTimeout: undefined }], "idleTimeout is undefined"],
    ["a duration that is none", [URL_GIVEN, { headTimeout: "soon" }], 'headTimeout is "soon"'],
    ["a size that is none", [URL_GIVEN, { maxBytes: "much" }], 'maxBytes is "much"'],
    ["a form that is none", [URL_GIVEN, { as: "xml" }], 'as is "xml"'],
    ["a parse that is none", [URL_GIVEN, { parse: 1 }], "parse is 1"],
    ["a fetch that is none", [URL_GIVEN, { fetch: {} }], "fetch is an object"],
    ["a stream without parse", [URL_GIVEN, { as: "stream" }], "parse is undefined"],
    ["a stream with verify", [URL_GIVEN, { as: "stream", parse: String, verify: String }], "verify is a function"],
    ["a stream with digest", [URL_GIVEN, { as: "stream", parse: String, digest: "x" }], 'digest is "x"'],
    ["a digest that is none", [URL_GIVEN, { digest: "md5:00" }], 'digest is "md5:00"'],
    ["an asOf that is none", [URL_GIVEN, { asOf: true }], "asOf is true"],
    ["HEAD", [URL_GIVEN, { method: "HEAD" }], 'method is "HEAD"'],
    ["a body of a GET", [URL_GIVEN, { body: "x" }], 'method is "GET"'],
  ])("%s is refused, and the query is not told", (_what, given, message) => {
    const call = (): unknown => Reflect.apply(fromHttp, undefined, given);
    expect(call).toThrow(message);
    expect(call).toThrow(expect.objectContaining({ code: expect.stringMatching(/^HS_/) }));
    expect(call).not.toThrow(/secret/);
  });

  test.each([
    [{ as: "stream", parse: String }, 'as is "stream"'],
    [{ origins: "https://cdn.example" }, 'origins is "https://cdn.example"'],
    [{ asOf: false }, 'fromPointer() has no option "asOf"'],
  ])("those of fromPointer: %o is refused", (options, message) => {
    expect(() => Reflect.apply(fromPointer, undefined, [URL_GIVEN, options])).toThrow(message);
  });

  test("undefined leaves parts out", () => {
    expect(() => Reflect.apply(fromHttp, undefined, [URL_GIVEN, { parse: undefined, fetch: undefined }])).not.toThrow();
  });

  test("creating it does nothing", () => {
    const asked = vi.fn<typeof fetch>();
    vi.stubGlobal("fetch", asked);
    fromHttp(URL_GIVEN);
    fromPointer(URL_GIVEN);
    vi.unstubAllGlobals();
    expect(asked).not.toHaveBeenCalled();
  });
});

test.each([401, 403, 404, 410])("a %i is a failure like any other, and never stops the schedule", async (status) => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  health.subscribe(() => {});
  let asked = 0;
  let isBack = false;
  const rates = health.resource("rates", {
    load: fromHttp("https://rates.example/", {
      fetch: async () => {
        asked++;
        return isBack ? new Response("{}", { headers: { etag: '"1"' } }) : new Response(null, { status });
      },
    }),
    refreshEvery: "30s",
  });
  health.start();
  await clock.advance("1h");
  expect(asked).toBeGreaterThan(100);
  expect(rates.snapshot()).toMatchObject({ state: "NOT_LOADED", lastError: { error: { kind: "status", status } } });
  isBack = true;
  await clock.advance("31s");
  expect(rates.snapshot()).toMatchObject({ state: "READY", revision: '"1"', lastError: undefined });
  await health.close();
});

describe("fromHttp in a resource", () => {
  let state: { etag: string; body: string; status: number };
  const cases: readonly Case[] = [
    {
      name: "rates",
      answer(wire, { headers }) {
        if (state.status !== 200) bare(state.status, "retry-after: 30")(wire);
        else if ((headers["if-none-match"] ?? "").includes(state.etag)) bare(304, `etag: ${state.etag}`)(wire);
        else answer(wire, 200, [`etag: ${state.etag}`], state.body);
      },
      run: async () => {},
    },
  ];
  let server: RawServer;
  let health: Health;
  beforeAll(async () => {
    state = { etag: '"1"', body: '{"eur":1}', status: 200 };
    server = await startRawServer(cases);
    health = createHealth();
  });
  afterAll(async () => {
    await health.close();
    await server.close();
  });

  test("what validate refused is not downloaded again, and the old value stays until the source changes", async () => {
    const load = fromHttp(`${server.base}/0/rates`, { parse: (body: Record<string, number>) => body });
    const rates = health.resource("rates", {
      load,
      validate: (next) => "eur" in next,
    });
    expect(await rates.get()).toEqual({ eur: 1 });
    await rates.reload();
    expect(rates.snapshot()).toMatchObject({ revision: '"1"', generation: 1 });
    state = { ...state, etag: '"2"', body: "{}" };
    await expect(rates.reload()).rejects.toThrow("validate");
    rates.invalidate();
    await vi.waitFor(async () => {
      const seen: unknown = await (await fetch(`${server.base}/__seen/0`)).json();
      expect(JSON.stringify(seen)).toContain(String.raw`\"1\", \"2\"`);
    }, 5_000);
    expect(rates.peek()).toEqual({ eur: 1 });
    state = { ...state, etag: '"3"', body: '{"eur":2}' };
    await rates.reload();
    expect(rates.snapshot()).toMatchObject({ value: { eur: 2 }, revision: '"3"' });
  });

  test("a failure names origin and path, with kind, status and retryAfter", async () => {
    state = { ...state, status: 503 };
    const rates = health.resource("limited", { load: fromHttp(`${server.base}/0/rates?key=secret`) });
    const error: unknown = await rates.reload().catch((thrown: unknown) => thrown);
    const source = error instanceof SourceError ? error : error instanceof Error ? error.cause : undefined;
    expect(source).toMatchObject({
      name: "SourceError",
      code: "HS_SOURCE",
      kind: "status",
      status: 503,
      retryAfter: 30_000,
      message: `${server.base}/0/rates answered 503`,
    });
  });
});
