import { once } from "node:events";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { probes, type RequestLike } from "../../adapters/node.ts";
import { createHealth, details, type Health } from "../../src/index.ts";
import { stage } from "../answer/cells.ts";
import { wholeOf } from "../answer/whole.ts";
import { listen, raw, request } from "./raw.ts";

type Next = (error?: unknown) => void;
type Middleware = (request: IncomingMessage, response: ServerResponse, next: Next) => unknown;

/**
 * The part of Connect and Express that matters here: a middleware on a prefix sees `url` without it, and
 * the whole in `originalUrl`; what nobody answers is 404 by the framework, what throws or is handed to
 * `next` is 500.
 */
function connectLike(...stack: readonly (readonly [prefix: string, middleware: Middleware])[]): RequestListener {
  return (incoming: IncomingMessage & { originalUrl?: string }, response) => {
    const whole = incoming.url ?? "/";
    incoming.originalUrl = whole;
    const run = (at: number, error?: unknown): void => {
      const layer = stack[at];
      if (error !== undefined || !layer) {
        response.statusCode = error === undefined ? 404 : 500;
        response.end(error === undefined ? "nobody answered" : "failed");
        return;
      }
      const [prefix, middleware] = layer;
      if (!whole.startsWith(prefix)) return run(at + 1);
      const rest = whole.slice(prefix.length);
      incoming.url = rest.startsWith("/") ? rest : `/${rest}`;
      try {
        middleware(incoming, response, (failure) => run(at + 1, failure));
      } catch (thrown) {
        run(at + 1, thrown);
      }
    };
    run(0);
  };
}

async function get(
  listener: RequestListener,
  target: string,
  headers?: Record<string, string>,
): Promise<[number, string]> {
  await using served = await listen(listener);
  const heard = await raw(served.port, request("GET", target, headers));
  return [Number(heard.slice(9, 12)), heard.slice(heard.indexOf("\r\n\r\n") + 4)];
}

const ALIVE = [200, "I-AM-ALIVE"];

describe("what is no probe", () => {
  const app: RequestListener = (_incoming, response) =>
    void response.writeHead(201, { "content-length": 3 }).end("app");

  test("is answered by the app, which is told of nothing else", async () => {
    const seen: (string | undefined)[] = [];
    const health = createHealth();
    await using served = await listen(
      probes(health, (incoming: IncomingMessage, response: ServerResponse) => {
        seen.push(incoming.url);
        app(incoming, response);
      }),
    );
    for (const target of ["/", "/status", "/m/1?x", "/status/live", "//", "/status/other"])
      await raw(served.port, request("GET", target));
    expect(seen).toEqual(["/", "/m/1?x", "//", "/status/other"]);
  });

  test("is 404 without an app, and next's where there is one", async () => {
    expect(await get(probes(createHealth()), "/m")).toEqual([404, ""]);
    expect(await get(connectLike(["", probes(createHealth())]), "/m")).toEqual([404, "nobody answered"]);
  });

  test("is the app's even where next is handed in: who gives an app means it", async () => {
    expect(await get(connectLike(["", probes(createHealth(), app)]), "/m")).toEqual([201, "app"]);
  });

  test("next is called once, with nothing", () => {
    const calls: unknown[][] = [];
    const incoming: RequestLike = { method: "GET", url: "/m", headers: {} };
    probes(createHealth())(incoming, { writeHead: expect.fail, end: expect.fail }, (...args) => calls.push(args));
    expect(calls).toEqual([[]]);
  });
});

describe("as middleware under a mount", () => {
  const health = (): Health => createHealth();
  const MOUNTS: readonly (readonly [string, RequestListener, string, readonly unknown[]])[] = [
    ["at the root", connectLike(["", probes(health())]), "/status/live", ALIVE],
    ["under a prefix, by what the mount left", connectLike(["/ops", probes(health())]), "/ops/status", ALIVE],
    ["on the path itself, by what was asked for", connectLike(["/status", probes(health())]), "/status", ALIVE],
    ["on the path itself, one below", connectLike(["/status", probes(health())]), "/status/live?x", ALIVE],
    [
      "under a prefix that base names",
      connectLike(["/ops", probes(createHealth({ base: "/ops" }))]),
      "/ops/status",
      ALIVE,
    ],
    [
      "what is under the mount and not ours",
      connectLike(["/ops", probes(health())]),
      "/ops/other",
      [404, "nobody answered"],
    ],
    ["the mount alone", connectLike(["/ops", probes(health())]), "/ops", [404, "nobody answered"]],
  ];
  test.each(MOUNTS)("%s", async (_name, listener, target, expected) => {
    expect(await get(listener, target)).toEqual(expected);
  });

  test("registered first, no later middleware touches a probe", async () => {
    const touch: Middleware = (_incoming, response, next) => {
      response.setHeader("set-cookie", "session=1");
      next();
    };
    await using served = await listen(connectLike(["", probes(createHealth())], ["", touch]));
    expect(await raw(served.port, request("GET", "/status"))).not.toContain("set-cookie");
  });
});

describe("the Request that a predicate of details is asked with", () => {
  async function seen(target: string, headers: Record<string, string>, mount = ""): Promise<unknown> {
    let found: unknown;
    const health = createHealth({
      details: details(({ method, url, headers: all }) => {
        found = [method, url, all.get("x-ops"), all.get("cookie")];
        return true;
      }),
    });
    const [status, body] = await get(mount ? connectLike([mount, probes(health)]) : probes(health), target, headers);
    return [status, body, found];
  }
  const given = (url: string, ops: string | null = null, cookie: string | null = null): unknown => [
    200,
    "readiness check passed\n",
    ["GET", url, ops, cookie],
  ];

  test("has the method, the whole URL and the headers", async () => {
    expect(await seen("/status?verbose", { host: "h:81", "x-ops": "1", cookie: "a=b; c=d" })).toEqual(
      given("http://h:81/status?verbose", "1", "a=b; c=d"),
    );
  });
  test("has the URL as it was asked for, whatever a mount cut off", async () => {
    expect(await seen("/ops/status?verbose", {}, "/ops")).toEqual(given("http://prober.test/ops/status?verbose"));
  });
  test("takes a target in absolute form for itself", async () => {
    expect(await seen("http://other.test/status?verbose", {})).toEqual(given("http://other.test/status?verbose"));
  });
  test("cannot be built from a Host that is none: then nobody is asked, and the answer is the word", async () => {
    expect(await seen("/status?verbose", { host: "a b<>" })).toEqual([...ALIVE, undefined]);
  });
  test("has localhost for a Host that is missing", async () => {
    const urls: string[] = [];
    const health = createHealth({ details: details(({ url }) => urls.push(url) > 1) });
    await using served = await listen(probes(health));
    expect(await raw(served.port, "GET /status?verbose HTTP/1.0\r\n\r\n")).toContain("I-AM-ALIVE");
    expect(urls).toEqual(["http://localhost/status?verbose"]);
  });
});

test("HTTP/2, as the kubelet may speak it over TLS: the same answers, and a Request for details", async () => {
  const { health } = stage(undefined, { details: details((asked) => asked.headers.get("x-ops") === "1") });
  // SAFETY: the compatibility API of node:http2 is the same shape; that it is enough is what is tested.
  const server = createHttp2Server(probes(health) as never).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const ask = async (headers: Record<string, string>): Promise<[Record<string, unknown>, string]> => {
    const stream = client.request(headers);
    const [head] = (await once(stream, "response")) as [Record<string, unknown>];
    let body = "";
    for await (const chunk of stream) body += String(chunk);
    return [Object.fromEntries(Object.entries(head).filter(([name]) => name !== "date")), body];
  };
  const golden = wholeOf([503, "INDEX-NOT-LOADED", "NOT_LOADED", "1"]);
  expect(await ask({ ":path": "/status" })).toEqual([{ ":status": 503, ...golden.headers }, golden.body]);
  expect((await ask({ ":path": "/status", ":method": "OPTIONS" }))[0]).toMatchObject({
    ":status": 405,
    allow: "GET, HEAD",
  });
  expect(await ask({ ":path": "/status/live", ":method": "HEAD" })).toMatchObject([
    { ":status": 200, "content-length": "10" },
    "",
  ]);
  expect((await ask({ ":path": "/status?verbose", "x-ops": "1" }))[1]).toContain("[-]index failed");
  client.close();
  await new Promise((resolve) => server.close(resolve));
});
