// Servers, proxies and handed-in functions that mean harm, or are broken in ways that no standard knows.
import { contextOf } from "../kit/context.ts";
import { check, errorOf, fails, outcomeOf, same, type Case, type Client } from "./kit.ts";
import { answer, head, json } from "./wire.ts";

/** Either the value as the server meant it, or a failure of one of these kinds or a deadline; never anything else. */
const either = (
  name: string,
  reply: Case["answer"],
  value: unknown,
  kinds: readonly string[],
  options: object = { as: "text" },
): Case => ({
  name: `hostile: ${name}`,
  answer: reply,
  async run({ fromHttp, url }) {
    const load = fromHttp(url, { headTimeout: "250ms", idleTimeout: "250ms", ...options })(contextOf());
    const is = await outcomeOf(load).catch(async () => errorOf(load));
    if ("value" in is) same(is["value"], value);
    else check(["timeout", ...kinds].includes(String(is["kind"])) && is["code"] === "HS_SOURCE", JSON.stringify(is));
  },
});

/** Ends with that kind, or is unchanged, and leaves no connection, because the body has no end. */
const endless = (
  name: string,
  lines: readonly string[],
  status: number,
  must: string,
  context: Parameters<typeof contextOf>[0] = {},
): Case => ({
  name: `hostile: ${name} with a body that does not end leaves no connection`,
  async answer(wire) {
    wire.write(head(status, ...lines, "transfer-encoding: chunked"));
    for (let n = 0; n < 100; n++) {
      wire.write("5\r\nhello\r\n");
      await wire.wait(10);
    }
  },
  async run({ fromHttp, url, connections }) {
    const load = fromHttp(url)(contextOf(context));
    if (must === "unchanged") same((await outcomeOf(load))["is"], must);
    else await fails(load, must, status);
    same(await connections(0), 0, "connections left");
  },
});

/** What a `fetch` of the user's gives, and what must come of it: a value, or a failure of that kind. */
const handedIn = (name: string, give: () => unknown, kind: string, options: object = {}): Case => ({
  name: `hostile: a fetch that ${name}`,
  answer: () => {},
  async run({ fromHttp }: Client) {
    // SAFETY: the function gives what its type forbids.
    const load = fromHttp("https://rates.example/data?token=secret", { fetch: give as typeof fetch, ...options });
    const error = await fails(load(contextOf()), kind);
    same(error["code"], "HS_SOURCE");
  },
});

const thrown = (): never => {
  throw new Error("caught");
};
const streamOf = (...parts: readonly unknown[]): ReadableStream =>
  new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
const LONG_TAG = `"${"a".repeat(8_000)}"`;

export const HOSTILE_CASES: readonly Case[] = [
  either(
    "two lengths that differ",
    (wire) => wire.write(head(200, "content-length: 2", "content-length: 5") + "hello"),
    "hello",
    ["network", "incomplete"],
  ),
  either(
    "a length beside chunks",
    (wire) => wire.write(head(200, "content-length: 2", "transfer-encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n"),
    "hello",
    ["network", "incomplete"],
  ),
  ...["-1", "0x5", "5e0", "five", "99999999999999999999999"].map((length) =>
    either(
      `a length of ${length}`,
      (wire) => (wire.write(`${head(200, `content-length: ${length}`)}hello`), wire.end()),
      "hello",
      ["network", "incomplete", "too-large"],
    ),
  ),
  ...["-5", "zz", "fffffffffffffffff", "5;" + "x".repeat(20_000)].map((size) =>
    either(
      `a chunk of size ${size.slice(0, 20)}`,
      (wire) => (
        wire.write(`${head(200, "transfer-encoding: chunked", "connection: close")}${size}\r\nhello\r\n0\r\n\r\n`),
        wire.end()
      ),
      "hello",
      ["network", "incomplete", "too-large"],
    ),
  ),
  either(
    "trailers without end",
    async (wire) => {
      wire.write(`${head(200, "transfer-encoding: chunked")}5\r\nhello\r\n0\r\n`);
      for (let n = 0; n < 60; n++) {
        wire.write(`x-${n}: y\r\n`);
        await wire.wait(10);
      }
    },
    "hello",
    ["incomplete", "network"],
  ),
  either(
    "heads of 1xx without end",
    async (wire) => {
      for (let n = 0; n < 60; n++) {
        wire.write(head(102));
        await wire.wait(10);
      }
    },
    undefined,
    ["network", "status"],
  ),
  either(
    "a head that drips without end",
    async (wire) => {
      wire.write("HTTP/1.1 200 X\r\n");
      for (let n = 0; n < 60; n++) {
        wire.write(`x-${n}: y\r\n`);
        await wire.wait(10);
      }
    },
    undefined,
    ["network"],
  ),
  ...["999", "600", "099", "20", "2OO", "101"].map((code) =>
    either(
      `a status of ${code}`,
      (wire) => (wire.write(`HTTP/1.1 ${code} X\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello`), wire.end()),
      undefined,
      ["status", "network"],
    ),
  ),
  {
    name: "hostile: bytes after the body do not answer the next load",
    skip: { workerd: "its client takes the bytes behind a body for the next answer on the connection" },
    answer: (wire, _seen, n) =>
      n
        ? answer(wire, 200, ['etag: "b"'], "[2]")
        : wire.write(
            `${head(200, 'etag: "a"', "content-length: 3")}[1]${head(200, 'etag: "x"', "content-length: 6")}[1337]`,
          ),
    async run({ fromHttp, url }) {
      const load = fromHttp(url);
      const values: unknown[] = [];
      for (let n = 0; n < 4; n++)
        values.push(
          await outcomeOf(load(contextOf())).then(
            ({ value }) => value,
            () => undefined,
          ),
        );
      check(!values.some((value) => JSON.stringify(value) === "[1337]"), JSON.stringify(values));
      same(values.at(-1), [2]);
    },
  },
  endless("status 503", [], 503, "status"),
  endless("status 204", [], 202, "status"),
  endless("a redirect to nowhere", ["location: http://["], 302, "redirect"),
  endless("a 200 with the held tag", ['etag: "a"'], 200, "unchanged", { revision: '"a"', previous: 1 }),
  endless("a 200 with the rejected tag", ['etag: "b"'], 200, "unchanged", {
    revision: '"a"',
    rejected: '"b"',
    previous: 1,
  }),
  ...["javascript:alert(1)", "data:application/json,{}", "about:blank", "blob:x", "ws://127.0.0.1/"].map(
    (location): Case => ({
      name: `hostile: a redirect to ${location}`,
      answer: (wire) => wire.write(head(302, `location: ${location}`, "content-length: 0")),
      async run({ fromHttp, url, seen }) {
        await fails(fromHttp(url)(contextOf()), "redirect", 302);
        same((await seen()).length, 1);
      },
    }),
  ),
  either(
    "a redirect to a port that fetch refuses",
    (wire) => wire.write(head(302, "location: http://127.0.0.1:6000/", "content-length: 0")),
    undefined,
    ["network"],
  ),
  either(
    "a redirect with two locations",
    (wire) => wire.write(head(302, "location: /a", "location: http://127.0.0.1:1/", "content-length: 0")),
    undefined,
    ["network", "redirect"],
  ),
  ...(["gzip, gzip", "deflate", "zstd", "x-nothing", Array.from({ length: 60 }, () => "gzip").join(", ")] as const).map(
    (coding) =>
      either(
        `JSON that is said to be coded by ${coding.slice(0, 20)}`,
        (wire) => answer(wire, 200, [`content-encoding: ${coding}`], "[1]"),
        [1],
        ["network", "incomplete", "parse", "empty"],
        {},
      ),
  ),
  either(
    "a gzip body with something behind it",
    (wire) => {
      const whole = [...wire.gzip("[1]"), ...new TextEncoder().encode("garbage")];
      wire.write(head(200, "content-encoding: gzip", `content-length: ${whole.length}`));
      wire.write(Uint8Array.from(whole));
    },
    [1],
    ["incomplete", "parse"],
    {},
  ),
  either(
    "a gzip body with a wrong checksum",
    (wire) => {
      const whole = wire.gzip("[1,2,3]");
      whole[whole.length - 6] = (whole.at(-6) ?? 0) ^ 1;
      wire.write(head(200, "content-encoding: gzip", `content-length: ${whole.length}`));
      wire.write(whole);
    },
    [1, 2, 3],
    ["incomplete", "parse", "empty"],
    {},
  ),
  either(
    "JSON in UTF-16",
    (wire) => wire.write(`${head(200, "content-length: 8")}\xff\xfe[\x001\x00]\x00`),
    undefined,
    ["parse"],
    {},
  ),
  {
    name: "hostile: JSON that is nested a hundred thousand deep is a value, or fails",
    answer: (wire) => wire.write(head(200, "content-length: 200000") + "[".repeat(100_000) + "]".repeat(100_000)),
    async run({ fromHttp, url }) {
      const is = await outcomeOf(
        fromHttp(url, { parse: (list: readonly unknown[]) => list.length })(contextOf()),
      ).catch(async (error: unknown) => Object(error) as Record<string, unknown>);
      check(is["value"] === 1 || is["kind"] === "parse", String(is["kind"]));
    },
  },
  {
    name: "hostile: a tag that is too long for a request is none, because a server would refuse every poll with it",
    answer: json(`etag: ${LONG_TAG}`),
    async run({ fromHttp, url, seen }) {
      const { revision } = await outcomeOf(fromHttp(url)(contextOf()));
      check(String(revision).startsWith("sha256:"), String(revision).slice(0, 80));
      // One that an earlier version stored.
      await fromHttp(url)(contextOf({ revision: LONG_TAG, previous: 1 }));
      same((await seen()).at(-1)?.headers["if-none-match"], undefined);
    },
  },
  {
    name: "hostile: the same digest many times is proven once",
    answer: (wire) =>
      answer(
        wire,
        200,
        [`repr-digest: ${Array.from({ length: 200 }, () => `sha-256=:${wire.sha256("[1]", "base64")}:`).join(", ")}`],
        "[1]",
      ),
    async run({ fromHttp, url }) {
      const { subtle } = crypto;
      const digest = subtle.digest;
      let digests = 0;
      Object.defineProperty(subtle, "digest", {
        configurable: true,
        writable: true,
        value: (...given: Parameters<typeof digest>) => ((digests += 1), digest.apply(subtle, given)),
      });
      try {
        same((await outcomeOf(fromHttp(url)(contextOf())))["value"], [1]);
      } finally {
        Reflect.deleteProperty(subtle, "digest");
      }
      check(digests <= 2, `${digests} digests`);
    },
  },

  handedIn("gives nothing", async () => undefined, "protocol"),
  handedIn("gives an object that is no Response", async () => ({ status: 200, json: async () => ({}) }), "protocol"),
  handedIn("throws", thrown, "network"),
  handedIn("throws what is no Error", async () => Promise.reject(null), "network"),
  handedIn(
    "gives a body that is no web stream",
    async () => ({ status: 200, headers: new Headers({ "content-length": "2" }), body: { pipe: thrown } }),
    "protocol",
  ),
  handedIn(
    "gives a body that was read already",
    async () => {
      const response = new Response("{}");
      await response.text();
      return response;
    },
    "protocol",
  ),
  handedIn("gives a body of texts", async () => new Response(streamOf("he", "llo")), "protocol", { as: "text" }),
  handedIn("gives a body of numbers", async () => new Response(streamOf(1, 2)), "protocol", { as: "bytes" }),
  handedIn(
    "gives a body that breaks with nothing",
    async () => new Response(new ReadableStream({ pull: (controller) => controller.error(undefined) })),
    "incomplete",
  ),
];
