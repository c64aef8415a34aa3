// Bodies: forms, size, digest, completeness, deadlines, verify and parse.
import { contextOf } from "../kit/context.ts";
import { check, errorOf, fails, outcomeOf, same, type Case, type Wire } from "./kit.ts";
import { answer, bare, head, json, latin } from "./wire.ts";

const LONG = "hello ".repeat(20_000);

/** An answer that closes the connection to tell its end. */
const closing = (wire: Wire, body: string, ...lines: readonly string[]): void => {
  wire.write(head(200, "connection: close", ...lines) + body);
  wire.end();
};

const coded = (wire: Wire, coding: "gzip" | "br", text: string, share: number): void => {
  const whole = coding === "gzip" ? wire.gzip(text) : wire.brotli(text);
  const part = whole.slice(0, Math.floor(whole.length * share));
  wire.write(head(200, `content-encoding: ${coding}`, `content-length: ${part.length}`));
  wire.write(part);
};

const refused = (name: string, reply: Case["answer"], kind: string, options: object = { as: "bytes" }): Case => ({
  name,
  answer: reply,
  async run({ fromHttp, url }) {
    await fails(fromHttp(url, { idleTimeout: "250ms", ...options })(contextOf()), kind);
  },
});

/** The same, and the connection is gone, because more was to come. */
const cut = (...given: Parameters<typeof refused>): Case => {
  const one = refused(...given);
  return {
    ...one,
    async run(client) {
      await one.run(client);
      same(await client.connections(0), 0, "connections left");
    },
  };
};

const accepted = (name: string, reply: Case["answer"], value: unknown, options: object): Case => ({
  name,
  answer: reply,
  async run({ fromHttp, url }) {
    const { value: is } = await outcomeOf(fromHttp(url, options)(contextOf()));
    same(is instanceof Uint8Array ? new TextDecoder().decode(is) : is, value);
  },
});

const JSON_TEXT = JSON.stringify({ list: Array.from({ length: 500 }, (_, n) => n) });

export const BODY_CASES: readonly Case[] = [
  accepted("as: JSON by default", json(), { n: 1 }, {}),
  accepted("as: text in UTF-8", (wire) => answer(wire, 200, [], "grüße 日本"), "grüße 日本", { as: "text" }),
  accepted("as: bytes", (wire) => answer(wire, 200, [], "abc"), "abc", { as: "bytes" }),
  accepted("as: a byte order mark is no part of JSON", (wire) => answer(wire, 200, [], "\ufeff[1]"), [1], {}),
  accepted(
    "as: chunks",
    (wire) => wire.write(`${head(200, "transfer-encoding: chunked")}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`),
    "abcde",
    { as: "bytes" },
  ),
  accepted("as: a stream, read by parse", (wire) => answer(wire, 200, [], "abc"), "abc", {
    as: "stream",
    parse: async (stream: ReadableStream<Uint8Array>) => new Response(stream).text(),
  }),
  refused("parse: what is no JSON", (wire) => answer(wire, 200, [], "<html>"), "parse", {}),
  refused("parse: JSON that is cut", (wire) => answer(wire, 200, [], '{"a":'), "parse", {}),
  refused("parse: JSON that is no UTF-8", (wire) => wire.write(`${head(200, "content-length: 3")}"\xff"`), "parse", {}),
  refused("parse: text that is no UTF-8", (wire) => wire.write(`${head(200, "content-length: 1")}\xff`), "parse", {
    as: "text",
  }),
  {
    name: "parse: gets the body, the headers, the URL after redirects and the revision; what it throws is the cause",
    answer: (wire, { target }) =>
      target.includes("/next") ? json('etag: "a"', "x-y: z")(wire) : bare(302, "location: next")(wire),
    async run({ fromHttp, url, retryLater }) {
      const { value } = await outcomeOf(
        fromHttp(url, { parse: (body, note) => [body, note.headers.get("x-y"), note.url, note.revision] })(contextOf()),
      );
      same(value, [{ n: 1 }, "z", new URL("next", url).href, '"a"']);
      const thrown = new Error("bad row");
      const refusing = (error: Error) =>
        fromHttp(url, {
          parse: () => {
            throw error;
          },
        })(contextOf());
      check((await fails(refusing(thrown), "parse"))["cause"] === thrown, "the cause is what was thrown");
      same((await errorOf(refusing(retryLater("5s", thrown))))["later"], true, "a wait that parse asks for");
    },
  },
  {
    name: "verify: asked before parse with the bytes, the revision and the headers; false or a throw is kind verify",
    answer: json('etag: "a"', "x-sig: s"),
    async run({ fromHttp, url }) {
      const told: unknown[] = [];
      const load = (verdict: () => boolean | undefined | Promise<boolean>) =>
        fromHttp(url, {
          verify: (bytes, { revision, headers }) => {
            told.push(new TextDecoder().decode(bytes), revision, headers.get("x-sig"));
            return verdict();
          },
          parse: (body) => (told.push("parse"), body as unknown),
        })(contextOf());
      await load(() => undefined);
      same(told, ['{"n":1}', '"a"', "s", "parse"]);
      await fails(
        load(() => false),
        "verify",
      );
      await fails(
        load(async () => false),
        "verify",
      );
      const thrown = new Error("forged");
      const error = await fails(
        load(() => {
          throw thrown;
        }),
        "verify",
      );
      check(error["cause"] === thrown, "the cause is what was thrown");
      same(told.filter((one) => one === "parse").length, 1, "calls of parse");
    },
  },

  refused("empty: a length of 0", (wire) => answer(wire, 200, []), "empty"),
  refused("empty: no chunks", (wire) => wire.write(`${head(200, "transfer-encoding: chunked")}0\r\n\r\n`), "empty"),
  refused(
    "empty: an empty stream",
    (wire) => wire.write(`${head(200, "transfer-encoding: chunked")}0\r\n\r\n`),
    "empty",
    {
      as: "stream",
      parse: async (stream: ReadableStream<Uint8Array>) => new Response(stream).text(),
    },
  ),

  cut(
    "size: an announced length over maxBytes is not read",
    (wire) => wire.write(head(200, "content-length: 101")),
    "too-large",
    { as: "bytes", maxBytes: 100 },
  ),
  cut(
    "size: bytes are counted while they stream",
    (wire) => wire.write(`${head(200, "transfer-encoding: chunked")}96\r\n${"a".repeat(150)}\r\n`),
    "too-large",
    { as: "bytes", maxBytes: "100B" },
  ),
  accepted("size: exactly maxBytes is taken", (wire) => answer(wire, 200, [], "a".repeat(100)), "a".repeat(100), {
    as: "text",
    maxBytes: 100,
  }),
  refused(
    "size: decoded bytes are counted, so that a gzip bomb ends early",
    (wire) => coded(wire, "gzip", "0".repeat(2 ** 24), 1),
    "too-large",
    { maxBytes: "1MiB" },
  ),
  refused("size: a stream is counted too", (wire) => answer(wire, 200, [], LONG.slice(0, 9_000)), "too-large", {
    as: "stream",
    maxBytes: 9_000 - 1,
    parse: async (stream: ReadableStream<Uint8Array>) => new Response(stream).text(),
  }),

  refused(
    "complete: a content-length that is too long",
    (wire) => (wire.write(`${head(200, "content-length: 9")}hello`), wire.end()),
    "incomplete",
  ),
  refused(
    "complete: a missing last chunk",
    (wire) => (wire.write(`${head(200, "transfer-encoding: chunked")}5\r\nhello\r\n`), wire.end()),
    "incomplete",
  ),
  cut(
    "complete: a reset in the middle of the body",
    async (wire) => {
      wire.write(`${head(200, "content-length: 9")}hello`);
      await wire.wait(50);
      wire.reset();
    },
    "incomplete",
  ),
  refused(
    "complete: a stream that breaks off, although parse hides it",
    (wire) => (wire.write(`${head(200, "content-length: 9")}hello`), wire.end()),
    "incomplete",
    {
      as: "stream",
      parse: async (stream: ReadableStream<Uint8Array>) => new Response(stream).text().catch(() => "hidden"),
    },
  ),
  refused("complete: a body with neither length nor chunks, on http:", (wire) => closing(wire, "hello"), "incomplete"),
  refused(
    "complete: HTTP/1.0 without a length",
    (wire) => (wire.write("HTTP/1.0 200 OK\r\n\r\nhello"), wire.end()),
    "incomplete",
  ),
  refused("complete: the same as a stream", (wire) => closing(wire, "hello"), "incomplete", {
    as: "stream",
    parse: async (stream: ReadableStream<Uint8Array>) => new Response(stream).text(),
  }),
  accepted("complete: JSON proves itself", (wire) => closing(wire, JSON_TEXT), JSON.parse(JSON_TEXT), {}),
  refused(
    "complete: half of a number is a number, so that it proves nothing",
    (wire) => closing(wire, "12"),
    "incomplete",
    {},
  ),
  refused("complete: half of a JSON is none", (wire) => closing(wire, JSON_TEXT.slice(0, 90)), "parse", {}),
  {
    name: "complete: a digest proves a body without a length",
    answer: (wire) => closing(wire, "hello", `repr-digest: sha-256=:${wire.sha256("hello", "base64")}:`),
    async run({ fromHttp, url }) {
      same((await outcomeOf(fromHttp(url, { as: "text" })(contextOf())))["value"], "hello");
    },
  },
  ...["", "identity", " Identity "].map((coding) =>
    accepted(
      `complete: a content-encoding of "${coding}" is none`,
      (wire) => answer(wire, 200, [`content-encoding: ${coding}`], "hello"),
      "hello",
      { as: "text" },
    ),
  ),
  ...(["gzip", "br"] as const).flatMap((coding): Case[] => [
    refused(
      `complete: half of a ${coding} body`,
      (wire) => coded(wire, coding, LONG + String(Math.random()), 0.5),
      "incomplete",
    ),
    accepted(
      `complete: JSON in ${coding} is taken`,
      (wire) => coded(wire, coding, JSON_TEXT, 1),
      JSON.parse(JSON_TEXT),
      {},
    ),
    {
      name: `complete: half of a JSON in ${coding} is a failure`,
      answer: (wire) => coded(wire, coding, JSON_TEXT, 0.5),
      async run({ fromHttp, url }) {
        const { kind } = await errorOf(fromHttp(url)(contextOf()));
        check(["incomplete", "parse", "empty"].includes(String(kind)), String(kind));
      },
    },
    refused(
      `complete: ${coding} in spite of identity is a failure`,
      (wire) => coded(wire, coding, LONG, 1),
      "incomplete",
      { as: "text" },
    ),
    {
      name: `complete: ${coding} is taken where digest proves it, and half of it is not`,
      answer: (wire, _seen, n) => coded(wire, coding, LONG, n ? 0.5 : 1),
      async run({ fromHttp, url }) {
        const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(LONG));
        const hex = Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
        const load = fromHttp(url, { as: "text", digest: `sha256:${hex}` });
        same((await outcomeOf(load(contextOf())))["value"], LONG);
        const { kind } = await errorOf(load(contextOf()));
        check(["incomplete", "digest", "empty"].includes(String(kind)), String(kind));
      },
    },
  ]),

  ...(
    [
      ["repr-digest of sha-256", "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:", true],
      ["several algorithms", "unixsum=:AA==:, sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:", true],
      ["an algorithm that nobody knows", "md5=:AAAA:", true],
      ["garbage", "yes", true],
      ["a wrong sha-256", "sha-256=:MPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:", false],
    ] as const
  ).flatMap(([what, value, fits]) =>
    (["repr-digest", "content-digest"] as const).map((field): Case => ({
      name: `digest: ${field}, ${what}: ${fits ? "taken" : "refused, and nothing is parsed"}`,
      answer: (wire) => answer(wire, 200, [`${field}: ${value}`], "hello"),
      async run({ fromHttp, url }) {
        let parsed = 0;
        const load = fromHttp(url, { as: "text", parse: (text) => ((parsed += 1), text) })(contextOf());
        if (fits) await load;
        else await fails(load, "digest");
        same(parsed, Number(fits), "calls of parse");
      },
    })),
  ),
  {
    name: "digest: sha-512, and the option in both forms",
    answer: json(),
    async run({ fromHttp, url }) {
      const bytes = new Uint8Array(await crypto.subtle.digest("SHA-512", new TextEncoder().encode('{"n":1}')));
      const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
      await fromHttp(url, { digest: `sha512:${hex.toUpperCase()}` })(contextOf());
      await fromHttp(url, { digest: `sha-512=:${btoa(String.fromCharCode(...bytes))}:` })(contextOf());
      await fails(fromHttp(url, { digest: `sha512:${"0".repeat(128)}` })(contextOf()), "digest");
    },
  },
  {
    name: "digest: a field beside a content-encoding is passed over, because it is of the coded content",
    answer(wire) {
      const body = wire.gzip('{"n":1}');
      wire.write(
        head(
          200,
          "content-encoding: gzip",
          `repr-digest: sha-256=:${"A".repeat(43)}=:`,
          `content-length: ${body.length}`,
        ),
      );
      wire.write(body);
    },
    async run({ fromHttp, url }) {
      same((await outcomeOf(fromHttp(url)(contextOf())))["value"], { n: 1 });
    },
  },
  {
    name: "stream: no revision from the body, and one that parse does not read to the end is a failure",
    answer: (wire) => answer(wire, 200, [], LONG.slice(0, 30_000)),
    async run({ fromHttp, url }) {
      const whole = fromHttp(url, {
        as: "stream",
        parse: async (stream) => (await new Response(stream).text()).length,
      });
      same(await outcomeOf(whole(contextOf())), { is: "loaded", value: 30_000, keep: true });
      await fails(fromHttp(url, { as: "stream", parse: () => "nothing" })(contextOf()), "incomplete");
    },
  },
  {
    name: "stream: a digest of the answer is not checked, and proves no body without a length",
    answer: (wire, _seen, n) =>
      n
        ? closing(wire, "hello", `repr-digest: sha-256=:${wire.sha256("hello", "base64")}:`)
        : answer(wire, 200, [`repr-digest: sha-256=:${wire.sha256("other", "base64")}:`], "hello"),
    async run({ fromHttp, url }) {
      const load = fromHttp(url, { as: "stream", parse: async (stream) => new Response(stream).text() });
      same((await outcomeOf(load(contextOf())))["value"], "hello");
      await fails(load(contextOf()), "incomplete");
    },
  },

  cut(
    "deadline: silence in the middle of the body is ended by idleTimeout",
    (wire) => wire.write(`${head(200, "content-length: 9")}hello`),
    "timeout",
  ),
  cut("deadline: silence after the head too", (wire) => wire.write(head(200, "content-length: 9")), "timeout"),
  {
    name: "deadline: a slow drip is no silence",
    async answer(wire) {
      wire.write(head(200, "content-length: 8"));
      for (const byte of latin("[1,2,3] ")) {
        await wire.wait(60);
        wire.write(byte);
      }
    },
    async run({ fromHttp, url }) {
      same((await outcomeOf(fromHttp(url, { idleTimeout: "250ms" })(contextOf())))["value"], [1, 2, 3]);
    },
  },
];
