// Statuses, retry-after, redirects, headers, methods, heads that come late or never.
import { contextOf } from "../kit/context.ts";
import { check, errorOf, fails, outcomeOf, same, type Case } from "./kit.ts";
import { answer, bare, date, head, json } from "./wire.ts";

const status = (code: number, kind: string): Case => ({
  name: `status ${code} is a failure of kind ${kind}`,
  answer: code === 206 ? (wire) => answer(wire, 206, ["content-range: bytes 0-1/9"], "{}") : bare(code),
  async run({ fromHttp, url }) {
    await fails(fromHttp(url)(contextOf()), kind, code);
  },
});

const retryAfter = (
  what: string,
  code: number,
  lines: () => readonly string[],
  ms: readonly [number, number] | undefined,
): Case => ({
  name: `retry-after: ${what}, with ${code}`,
  answer: (wire) => bare(code, ...lines())(wire),
  async run({ fromHttp, url }) {
    const error = await errorOf(fromHttp(url)(contextOf()));
    same([error["kind"], error["status"], error["later"] === true], ["status", code, ms !== undefined && ms[1] > 0]);
    const given = error["retryAfter"];
    if (!ms) return same(given, undefined, "retryAfter");
    check(Number(given) >= ms[0] && Number(given) <= ms[1], `retryAfter is ${String(given)}`);
  },
});

const redirect = (
  name: string,
  location: (other: string) => string | undefined,
  must: "followed" | "redirect",
  code = 302,
): Case => ({
  name: `redirect: ${name}`,
  answer(wire, { target }) {
    if (target.includes("/next")) return json('etag: "n"')(wire);
    const to = location(wire.other);
    bare(code, ...(to === undefined ? [] : [`location: ${to}`]))(wire);
  },
  async run({ fromHttp, url, seen }) {
    const load = fromHttp(url)(contextOf());
    if (must === "followed") same((await outcomeOf(load))["revision"], '"n"');
    else await fails(load, must, code);
    same((await seen()).length, must === "followed" ? 2 : 1, "requests");
  },
});

export const REQUEST_CASES: readonly Case[] = [
  ...[204, 205].map((code) => status(code, "empty")),
  status(206, "incomplete"),
  ...[202, 226, 300, 305, 400, 401, 403, 404, 410, 429, 451, 500, 502, 503, 504, 599].map((code) =>
    status(code, "status"),
  ),
  ...[201, 203].map((code): Case => ({
    name: `status ${code} brings content`,
    answer: (wire) => answer(wire, code, ['etag: "a"'], "{}"),
    async run({ fromHttp, url }) {
      same((await outcomeOf(fromHttp(url)(contextOf())))["revision"], '"a"');
    },
  })),
  ...[429, 503, 500, 403, 404].map((code) => retryAfter("seconds", code, () => ["retry-after: 7"], [7_000, 7_000])),
  retryAfter("zero asks for nothing", 503, () => ["retry-after: 0"], [0, 0]),
  retryAfter("an hour at most", 503, () => ["retry-after: 86400"], [3_600_000, 3_600_000]),
  retryAfter("huge", 503, () => ["retry-after: 99999999999999999999999"], [3_600_000, 3_600_000]),
  retryAfter("a date", 503, () => [`retry-after: ${date(60)}`], [55_000, 61_000]),
  retryAfter(
    "a date, counted from the answer's own date",
    503,
    () => [`retry-after: ${date(-86_340)}`, `date: ${date(-86_400)}`],
    [60_000, 60_000],
  ),
  retryAfter("a date that is over", 503, () => [`retry-after: ${date(-60)}`], [0, 0]),
  retryAfter(
    "a date in an old form",
    503,
    () => ["retry-after: Sunday, 06-Nov-94 08:50:37 GMT", "date: Sun Nov  6 08:49:37 1994"],
    [60_000, 60_000],
  ),
  ...["soon", "-5", "1.5", "", "5, 9", "5s"].map((text) =>
    retryAfter(`garbage, "${text}"`, 503, () => [`retry-after: ${text}`], undefined),
  ),
  retryAfter("none", 503, () => [], undefined),
  ...[202, 300].map((code) =>
    retryAfter("seconds are not heard where nothing failed", code, () => ["retry-after: 7"], undefined),
  ),

  ...[301, 302, 303, 307, 308].map((code) => redirect(`${code} is followed`, () => "next", "followed", code)),
  redirect("without a location fails", () => undefined, "redirect"),
  redirect("to garbage fails", () => "http://[", "redirect"),
  redirect("to another scheme fails", () => "file:///etc/passwd", "redirect"),
  redirect("to a URL with a user fails", () => "http://me:you@127.0.0.1/next", "redirect"),
  {
    name: "redirect: five are followed, relative to each other, and the condition is sent each time",
    answer(wire, { target }) {
      const n = Number(/hop(\d)/.exec(target)?.[1] ?? 0);
      if (n < 5) bare(302, `location: hop${n + 1}?token=secret`)(wire);
      else bare(304, 'etag: "a"')(wire);
    },
    async run({ fromHttp, url, seen }) {
      same(await outcomeOf(fromHttp(url)(contextOf({ revision: '"a"', previous: 1 }))), { is: "unchanged" });
      same(
        (await seen()).map(({ headers }) => headers["if-none-match"]),
        Array.from({ length: 6 }, () => '"a"'),
      );
    },
  },
  {
    name: "redirect: a loop ends after five",
    answer: bare(302, "location: again?token=secret"),
    async run({ fromHttp, url, seen }) {
      await fails(fromHttp(url)(contextOf()), "redirect", 302);
      same((await seen()).length, 6);
    },
  },
  {
    name: "redirect: to another origin no header of the user's is sent, over the wire",
    answer(wire, { target, headers }) {
      const step = /step(\d)/.exec(target)?.[1] ?? "0";
      const [, index = ""] = /^\/(\d+)/.exec(target) ?? [];
      if (step === "0") bare(302, `location: ${wire.other}/${index}/step1`)(wire);
      else if (step === "1") bare(302, `location: http://${headers["x-home"] ?? "127.0.0.1:1"}/${index}/step2`)(wire);
      else json('etag: "a"')(wire);
    },
    async run({ fromHttp, url, seen }) {
      const load = fromHttp(url, { headers: { authorization: "Bearer t", cookie: "a=b", "x-key": "k" } });
      // The way back is refused here, because the other origin does not know where it came from.
      await fails(load(contextOf({ revision: '"a"', previous: 1 })), "network");
      const [home, other] = await seen();
      same([home?.headers["authorization"], home?.headers["x-key"]], ["Bearer t", "k"]);
      same(
        ["authorization", "cookie", "x-key", "if-none-match"].map((name) => other?.headers[name]),
        [undefined, undefined, undefined, '"a"'],
      );
    },
  },

  {
    name: "headers: an object, a function, one that changes, one that is async",
    answer: json(),
    async run({ fromHttp, url, seen }) {
      let n = 0;
      await fromHttp(url, { headers: { "x-key": "object" } })(contextOf());
      const load = fromHttp(url, { headers: async () => ({ "x-key": `call ${(n += 1)}` }) });
      await load(contextOf());
      await load(contextOf());
      await fromHttp(url, { headers: () => new Headers({ "x-key": "Headers" }) })(contextOf());
      await fromHttp(url, { headers: [["x-key", "pairs"]] })(contextOf());
      same(
        (await seen()).map(({ headers }) => headers["x-key"]),
        ["object", "call 1", "call 2", "Headers", "pairs"],
      );
    },
  },
  {
    name: "headers: a function that throws fails the load, and the next load asks it again",
    answer: json('etag: "a"'),
    async run({ fromHttp, url }) {
      let n = 0;
      const thrown = new Error("no token");
      const load = fromHttp(url, {
        headers: () => {
          if (!n++) throw thrown;
          return {};
        },
      });
      check((await fails(load(contextOf()), "request"))["cause"] === thrown, "the cause is what was thrown");
      same((await outcomeOf(load(contextOf())))["revision"], '"a"');
    },
  },
  {
    name: "headers: a value that is none fails the load and is not told, because it may be a secret",
    answer: json(),
    async run({ fromHttp, url }) {
      const error = await fails(
        fromHttp(url, { headers: { authorization: "hunter2\n" + "x: y" } })(contextOf()),
        "request",
      );
      check(!JSON.stringify(error).includes("hunter2") && error["cause"] === undefined, JSON.stringify(error));
    },
  },
  {
    name: "headers: a function that hangs is ended by headTimeout",
    answer: json(),
    async run({ fromHttp, url }) {
      await fails(fromHttp(url, { headers: () => new Promise(() => {}), headTimeout: 50 })(contextOf()), "timeout");
    },
  },
  {
    name: "complete: accept-encoding is identity, unless the body is JSON or a digest is known",
    answer: (wire, { headers }) => answer(wire, 200, [], String(headers["accept-encoding"])),
    async run({ fromHttp, url, seen }) {
      same((await outcomeOf(fromHttp(url, { as: "text" })(contextOf())))["value"], "identity");
      await errorOf(fromHttp(url)(contextOf()));
      await errorOf(fromHttp(url, { as: "text", digest: `sha256:${"0".repeat(64)}` })(contextOf()));
      const parse = async (stream: ReadableStream<Uint8Array>) => new Response(stream).text();
      await outcomeOf(fromHttp(url, { as: "stream", parse })(contextOf()));
      same(
        (await seen()).map(({ headers }) => headers["accept-encoding"] === "identity"),
        [true, false, false, true],
      );
    },
  },
  {
    name: "method: a POST sends its body and no condition, and its revision is the SHA-256 of the answer",
    answer: json('etag: "a"', "last-modified: Thu, 01 Jan 2026 00:00:00 GMT"),
    async run({ fromHttp, url, seen }) {
      const load = fromHttp(url, {
        method: "post",
        body: '{"query":"q"}',
        headers: { "content-type": "application/json" },
      });
      const { revision } = await outcomeOf(load(contextOf({ revision: '"a"', rejected: '"b"', previous: 1 })));
      check(/^sha256:/.test(String(revision)), String(revision));
      same(await outcomeOf(load(contextOf({ revision: String(revision), previous: 1 }))), { is: "unchanged" });
      const [request] = await seen();
      same([request?.method, request?.body, request?.headers["if-none-match"]], ["POST", '{"query":"q"}', undefined]);
    },
  },
  {
    name: "method: a redirect of a POST is a failure, and so is a 304",
    answer: (wire, _seen, n) => (n ? bare(304) : bare(307, "location: next"))(wire),
    async run({ fromHttp, url }) {
      const load = fromHttp(url, { method: "POST", body: "x" });
      await fails(load(contextOf()), "redirect", 307);
      await fails(load(contextOf({ revision: '"a"', previous: 1 })), "protocol", 304);
    },
  },
  {
    name: "fault: 100 Continue before the answer is read over, or the load fails",
    answer: (wire) => wire.write(head(100) + head(200, 'etag: "a"', "content-length: 2") + "{}"),
    async run({ fromHttp, url }) {
      const is = await outcomeOf(fromHttp(url)(contextOf())).catch((error: unknown) => Object(error));
      check(is["revision"] === '"a"' || ["network", "status"].includes(String(is["kind"])), JSON.stringify(is));
    },
  },
  {
    name: "fault: 103 Early Hints before the answer is read over, or the load fails",
    answer: (wire) => wire.write(head(103, "link: </a>") + head(200, 'etag: "a"', "content-length: 2") + "{}"),
    async run({ fromHttp, url }) {
      const is = await outcomeOf(fromHttp(url)(contextOf())).catch((error: unknown) => Object(error));
      check(is["revision"] === '"a"' || is["kind"] === "status", JSON.stringify(is));
    },
  },
  {
    name: "fault: a header of 64 kB is taken, or the load fails",
    answer: json('etag: "a"', `x-long: ${"a".repeat(65_536)}`),
    async run({ fromHttp, url }) {
      const is = await outcomeOf(fromHttp(url)(contextOf())).catch((error: unknown) => Object(error));
      check(is["revision"] === '"a"' || is["kind"] === "network", JSON.stringify(is));
    },
  },
  ...(
    [
      ["a head that never comes is ended by headTimeout", () => {}, "timeout"],
      ["half a head is ended by headTimeout", (wire) => wire.write("HTTP/1.1 200 X\r\ncontent-len"), "timeout"],
      ["a connection closed before the answer", (wire) => wire.end(), "network"],
      ["a connection cut before the answer", (wire) => wire.reset(), "network"],
      ["what is no HTTP", (wire) => (wire.write("SSH-2.0-OpenSSH\r\n\r\n"), wire.end()), "network"],
    ] as readonly (readonly [string, Case["answer"], string])[]
  ).map(([what, reply, kind]): Case => ({
    name: `fault: ${what}`,
    answer: reply,
    async run({ fromHttp, url, connections }) {
      await fails(fromHttp(url, { headTimeout: "250ms" })(contextOf()), kind);
      same(await connections(0), 0, "connections left");
    },
  })),
  {
    name: "fault: an answer before the request has ended",
    answer: (wire) => answer(wire, 200, ["connection: close"], "{}"),
    async run({ fromHttp, url }) {
      const load = fromHttp(url, { method: "POST", body: "x".repeat(100_000) });
      same((await outcomeOf(load(contextOf())))["value"], {});
    },
  },
  {
    name: "fault: nobody listens",
    answer: () => {},
    async run({ fromHttp }) {
      const error = await fails(fromHttp("http://127.0.0.1:9/data?token=secret")(contextOf()), "network");
      check(!JSON.stringify([error["message"], String(error["cause"])]).includes("secret"), "the query is not told");
    },
  },
  {
    name: "fetch: one that is handed in is called instead, bound to nothing, without the cache of the runtime",
    answer: json('etag: "a"'),
    async run({ fromHttp, url }) {
      const called: unknown[] = [];
      const takesCache = ((): boolean => {
        try {
          return Boolean(new Request(url, { cache: "no-store" }));
        } catch {
          return false;
        }
      })();
      const load = fromHttp(url, {
        fetch(this: unknown, target, init) {
          called.push(this, target, init.redirect, init.cache === (takesCache ? "no-store" : undefined));
          return fetch(target, init);
        },
      });
      same((await outcomeOf(load(contextOf())))["revision"], '"a"');
      same(called, [undefined, url, "manual", true]);
    },
  },
  {
    name: "redirect: from https: to http: is a failure, and nothing is sent there",
    answer: () => {},
    async run({ fromHttp }) {
      const asked: string[] = [];
      const load = fromHttp("https://rates.example/data?token=secret", {
        fetch: async (target) => {
          asked.push(target);
          return new Response(null, { status: 302, headers: { location: "http://rates.example/data" } });
        },
      });
      await fails(load(contextOf()), "redirect", 302);
      same(asked, ["https://rates.example/data?token=secret"]);
    },
  },
  {
    name: "redirect: to another origin no header is sent, nor on the way back",
    answer: () => {},
    async run({ fromHttp }) {
      const sent: unknown[] = [];
      const ways = ["https://b.example/", "https://a.example/back"];
      const load = fromHttp("https://a.example/data", {
        headers: { "x-key": "k" },
        fetch: async (_target, init) => {
          sent.push(new Headers(init.headers).get("x-key"));
          const location = ways.shift();
          return location
            ? new Response(null, { status: 307, headers: { location } })
            : new Response("{}", { headers: { etag: '"a"' } });
        },
      });
      same((await outcomeOf(load(contextOf())))["revision"], '"a"');
      same(sent, ["k", null, null]);
    },
  },
  {
    name: "complete: on https: a body without a length is taken as HTTP/2 sends it, and refused with connection: close",
    answer: () => {},
    async run({ fromHttp }) {
      const load = (headers: Record<string, string>) =>
        fromHttp("https://rates.example/data", { as: "text", fetch: async () => new Response("hello", { headers }) });
      same((await outcomeOf(load({})(contextOf())))["value"], "hello");
      await fails(load({ connection: "close" })(contextOf()), "incomplete");
    },
  },
];
