// The request's condition, 304, 200 with a known revision, revisions, age, cache-control.
import { contextOf } from "../kit/context.ts";
import { check, errorOf, fails, outcomeOf, same, type Case } from "./kit.ts";
import { answer, bare, date, json } from "./wire.ts";

const HELD = { revision: '"a"', previous: "held" };
const BOTH = { ...HELD, rejected: '"b"' };
const OLD = "Thu, 01 Jan 2026 00:00:00 GMT";
const OLDER = "Wed, 31 Dec 2025 00:00:00 GMT";

/** A poll with this context, answered so. */
const poll = (
  name: string,
  context: Parameters<typeof contextOf>[0],
  reply: Case["answer"],
  must: Record<string, unknown> | string,
  condition: Record<string, string | undefined> = {},
): Case => ({
  name,
  answer: reply,
  async run({ fromHttp, url, seen }) {
    const load = fromHttp(url)(contextOf(context));
    if (typeof must === "string") await fails(load, must);
    else same(await outcomeOf(load), must);
    const [request] = await seen();
    for (const [header, value] of Object.entries(condition)) same(request?.headers[header], value, header);
  },
});

const UNCHANGED = { is: "unchanged" };
const REJECTED = { is: "unchanged", revision: '"b"' };

export const CONDITION_CASES: readonly Case[] = [
  poll(
    "request: nothing held sends no condition",
    {},
    json('etag: "a"'),
    { is: "loaded", value: { n: 1 }, revision: '"a"', keep: true },
    { "if-none-match": undefined, "if-modified-since": undefined },
  ),
  poll("request: the held tag is sent", HELD, bare(304, 'etag: "a"'), UNCHANGED, { "if-none-match": '"a"' }),
  poll("request: the held and the rejected tag are sent", BOTH, bare(304, 'etag: "a"'), UNCHANGED, {
    "if-none-match": '"a", "b"',
  }),
  poll(
    "request: without a tag, the date of last-modified is sent",
    { revision: OLD, previous: 1 },
    bare(304),
    UNCHANGED,
    { "if-modified-since": OLD, "if-none-match": undefined },
  ),
  poll(
    "request: of two dates the held one is sent",
    { revision: OLDER, rejected: OLD, previous: 1 },
    bare(304),
    UNCHANGED,
    { "if-modified-since": OLDER },
  ),
  poll(
    "request: a revision of the body's own is no condition",
    { revision: "sha256:00", previous: 1 },
    json('etag: "a"'),
    { is: "loaded", value: { n: 1 }, revision: '"a"', keep: true },
    { "if-none-match": undefined, "if-modified-since": undefined },
  ),
  poll(
    "request: a stored revision in a foreign form is no condition",
    { revision: 'v1\r\nx: y"', previous: 1 },
    json('etag: "a"'),
    { is: "loaded", value: { n: 1 }, revision: '"a"', keep: true },
    { "if-none-match": undefined },
  ),
  // The header `age` is of the rejected content, so it does not count.
  poll("304 with the rejected tag keeps the age", BOTH, bare(304, 'etag: "b"', "age: 60"), REJECTED),
  poll("304 with the rejected tag, weak, keeps the age", BOTH, bare(304, 'etag: W/"b"'), REJECTED),
  poll("304 with the held tag, weak, is unchanged", BOTH, bare(304, 'etag: W/"a"'), UNCHANGED),
  poll("304 without a tag while only the held one was sent is unchanged", HELD, bare(304), UNCHANGED),
  poll("304 without a tag while both were sent counts as rejected", BOTH, bare(304), REJECTED),
  poll(
    "304 with a tag that was not sent counts as none: only the held one was sent",
    HELD,
    bare(304, 'etag: "x"'),
    UNCHANGED,
  ),
  poll("304 with a tag that was not sent counts as none: both were sent", BOTH, bare(304, 'etag: "x"'), REJECTED),
  poll(
    "304 with two tags, as a broken proxy sends, counts as none",
    BOTH,
    bare(304, 'etag: "a"', 'etag: "a"'),
    REJECTED,
  ),
  poll(
    "304 with the rejected tag while nothing is held names it",
    { rejected: '"b"' },
    bare(304, 'etag: "b"'),
    REJECTED,
  ),
  poll("304 while nothing is held fails", {}, bare(304, 'etag: "a"'), "protocol"),
  poll("304 while nothing is held and a rejected tag was sent fails", { rejected: '"b"' }, bare(304), "protocol"),
  poll(
    "304 to a request without a condition fails",
    { revision: "sha256:00", previous: 1 },
    bare(304, 'etag: "a"'),
    "protocol",
  ),
  poll("304 after the rejected date keeps the age", { rejected: OLD, previous: 1 }, bare(304), {
    is: "unchanged",
    revision: OLD,
  }),
  {
    name: "304 with a body is a 304, and the next load is not answered by its body",
    answer: (wire, _seen, n) =>
      n
        ? answer(wire, 200, ['etag: "c"'], "{}")
        : wire.write('HTTP/1.1 304 X\r\netag: "a"\r\ncontent-length: 5\r\n\r\nhello'),
    async run({ fromHttp, url }) {
      const load = fromHttp(url);
      same(await outcomeOf(load(contextOf(HELD))), UNCHANGED);
      // A connection that has bytes too many may break; it never answers wrongly.
      const next = await outcomeOf(load(contextOf(HELD))).catch(() => outcomeOf(load(contextOf(HELD))));
      same(next["revision"], '"c"');
    },
  },
  poll(
    "200 with the held tag is unchanged, and its body is not read",
    HELD,
    (wire) => wire.write('HTTP/1.1 200 X\r\netag: "a"\r\ncontent-length: 9\r\n\r\n'),
    UNCHANGED,
  ),
  ...(
    [
      ["the held tag", 'etag: "a"', HELD],
      ["the held date", `last-modified: ${OLD}`, { revision: OLD, previous: 1 }],
    ] as const
  ).map(([what, line, context]): Case => ({
    name: `200 with ${what} has its age, as a 304 has`,
    answer: json(line, "age: 60"),
    async run({ fromHttp, url }) {
      const before = Date.now();
      const { is, asOf } = await outcomeOf(fromHttp(url)(contextOf(context)));
      same(is, "unchanged");
      check(Math.abs(Number(asOf) - before + 60_000) < 5_000, `asOf is ${String(asOf)}`);
    },
  })),
  {
    name: "200 with equal content has its age, and asOf(value, headers) is called with the held value",
    answer: json("age: 60"),
    async run({ fromHttp, url }) {
      const revision = String((await outcomeOf(fromHttp(url)(contextOf())))["revision"]);
      const before = Date.now();
      const held = contextOf({ revision, previous: 7 });
      const { asOf } = await outcomeOf(fromHttp(url)(held));
      check(Math.abs(Number(asOf) - before + 60_000) < 5_000, `asOf is ${String(asOf)}`);
      const stamped = fromHttp(url, { parse: () => 1, asOf: (value) => value * 1_000 });
      same(await outcomeOf(stamped(held)), { is: "unchanged", asOf: 7_000 });
    },
  },
  poll("200 with the held tag, weak, is unchanged", HELD, json('etag: W/"a"'), UNCHANGED),
  poll(
    "200 with the rejected tag keeps the age, and its body is not read",
    BOTH,
    (wire) => wire.write('HTTP/1.1 200 X\r\netag: "b"\r\nage: 60\r\ncontent-length: 9\r\n\r\n'),
    REJECTED,
  ),
  poll("200 with the held date is unchanged", { revision: OLD, previous: 1 }, json(`last-modified: ${OLD}`), UNCHANGED),
  poll(
    "200 with the rejected date keeps the age",
    { revision: OLDER, rejected: OLD, previous: 1 },
    json(`last-modified: ${OLD}`),
    { is: "unchanged", revision: OLD },
  ),
  ...(
    [
      ["a strong tag", ['etag: "v1"'], '"v1"'],
      ["a weak tag", ['etag: W/"v1"'], 'W/"v1"'],
      ["a tag with commas", ['etag: "a,b, c"'], '"a,b, c"'],
      ["an empty tag", ['etag: ""'], '""'],
      ["a tag before a date", ['etag: "v1"', `last-modified: ${OLD}`], '"v1"'],
      ["a date", [`last-modified: ${OLD}`, `date: ${date()}`], OLD],
      ["a date two seconds before date", [`last-modified: ${OLD}`, `date: ${OLD.replace("00 GMT", "02 GMT")}`], OLD],
      ["a date instead of an unquoted tag", ["etag: v1", `last-modified: ${OLD}`], OLD],
      ["a date instead of two tags", ['etag: "a"', 'etag: "b"', `last-modified: ${OLD}`], OLD],
    ] as const
  ).map(([what, lines, revision]) =>
    poll(`revision: ${what}`, {}, json(...lines), { is: "loaded", value: { n: 1 }, revision, keep: true }),
  ),
  ...(
    [
      ["without tag and date", []],
      ["with an unquoted tag", ["etag: v1"]],
      ["with a last-modified in the second of date", [`last-modified: ${OLD}`, `date: ${OLD}`]],
      [
        "with a last-modified one second before date",
        [`last-modified: ${OLD}`, `date: ${OLD.replace("00 GMT", "01 GMT")}`],
      ],
      ["with a last-modified after date", [`last-modified: ${OLD}`, `date: ${OLDER}`]],
      ["with a last-modified that is no date", ["last-modified: yesterday"]],
      ["with a last-modified of now, and no date", [`last-modified: ${date(3_600)}`]],
    ] as const
  ).map(([what, lines]): Case => ({
    name: `revision: the SHA-256 of the body ${what}; equal content is no new value`,
    answer: json(...lines),
    async run({ fromHttp, url }) {
      let parsed = 0;
      const load = fromHttp(url, { parse: (body: { n: number }) => ((parsed += 1), body.n) });
      const first = await outcomeOf(load(contextOf()));
      const revision = String(first["revision"]);
      same([/^sha256:[\da-f]{64}$/.test(revision), first["value"], first["keep"]], [true, 1, true]);
      same(await outcomeOf(load(contextOf({ revision, previous: 1 }))), UNCHANGED);
      same(await outcomeOf(load(contextOf({ revision: '"a"', rejected: revision }))), { is: "unchanged", revision });
      same(parsed, 1, "calls of parse");
    },
  })),
  ...(
    [
      ["seconds", ["age: 60"], 60],
      ["zero", ["age: 0"], 0],
      ["the first of two", ["age: 60", "age: 5"], 60],
      ["huge", ["age: 99999999999999999999"], 2 ** 31],
      ["garbage", ["age: soon"], undefined],
      ["a fraction", ["age: 1.5"], undefined],
      ["negative", ["age: -60"], undefined],
      ["empty", ["age: "], undefined],
      ["absent, whatever date says", [`date: ${OLD}`], undefined],
    ] as const
  ).flatMap(([what, lines, seconds]) =>
    [200, 304].map((status): Case => ({
      name: `age: ${what}, with ${status}`,
      answer: status === 304 ? bare(304, ...lines) : json(...lines, 'etag: "b"'),
      async run({ fromHttp, url }) {
        const before = Date.now();
        const { asOf } = await outcomeOf(fromHttp(url)(contextOf(HELD)));
        const after = Date.now();
        if (seconds === undefined) return same(asOf, undefined, "asOf");
        const sent = Number(asOf) + seconds * 1_000;
        check(sent >= before && sent <= after, `asOf is ${String(asOf)}, sent between ${before} and ${after}`);
      },
    })),
  ),
  {
    name: "age: counts from when the request was sent, not from when the answer came",
    async answer(wire) {
      await wire.wait(300);
      json("age: 10")(wire);
    },
    async run({ fromHttp, url }) {
      const before = Date.now();
      const { asOf } = await outcomeOf(fromHttp(url)(contextOf()));
      check(
        Number(asOf) - before < -9_800 && Number(asOf) >= before - 10_000,
        `asOf is ${Number(asOf) - before} from the start`,
      );
    },
  },
  {
    name: "age: asOf(value, headers) overrides it, with the held value after a 304; undefined leaves it to age",
    answer: (wire, _seen, n) =>
      n % 2 ? bare(304, 'etag: "a"', "age: 9", "x-at: 5")(wire) : json('etag: "a"', "age: 9", "x-at: 4")(wire),
    async run({ fromHttp, url }) {
      const load = fromHttp(url, {
        parse: (body: { n: number }) => body.n,
        asOf: (value, headers) => value * 1_000 + Number(headers.get("x-at")),
      });
      same((await outcomeOf(load(contextOf())))["asOf"], 1_004);
      same((await outcomeOf(load(contextOf({ revision: '"a"', previous: 7 }))))["asOf"], 7_005);
      const left = fromHttp(url, { asOf: () => undefined });
      check(Number((await outcomeOf(left(contextOf())))["asOf"]) > 1e12, "age counts");
    },
  },
  {
    name: "age: asOf false leaves it out, with 200 and 304",
    answer: (wire, _seen, n) => (n ? bare(304, 'etag: "a"', "age: 9")(wire) : json('etag: "a"', "age: 9")(wire)),
    async run({ fromHttp, url }) {
      const load = fromHttp(url, { asOf: false });
      same((await outcomeOf(load(contextOf())))["asOf"], undefined);
      same(await outcomeOf(load(contextOf(HELD))), UNCHANGED);
    },
  },
  {
    name: "age: asOf that throws is a failure",
    answer: json(),
    async run({ fromHttp, url }) {
      const thrown = new Error("no stamp");
      const load = fromHttp(url, {
        asOf: () => {
          throw thrown;
        },
      });
      check((await errorOf(load(contextOf())))["cause"] === thrown, "the cause is what was thrown");
    },
  },
  {
    name: "cache-control: no-store keeps the value out of stores, told once, unless keepNoStore; it sets no limit",
    answer: json("cache-control: private, NO-STORE, max-age=1"),
    async run({ fromHttp, url }) {
      const { warn } = console;
      const told: unknown[] = [];
      console.warn = (...words: unknown[]) => void told.push(...words);
      try {
        const load = fromHttp(url);
        same((await outcomeOf(load(contextOf())))["keep"], false);
        same((await outcomeOf(load(contextOf())))["keep"], false);
        same((await outcomeOf(fromHttp(url, { keepNoStore: true })(contextOf())))["keep"], true);
      } finally {
        console.warn = warn;
      }
      same(told.length, 1, "times told");
      check(/\/data says/.test(String(told[0])) && !String(told[0]).includes("secret"), String(told[0]));
    },
  },
  {
    name: "cache-control: no-store fails no load where the console throws",
    answer: json("cache-control: no-store"),
    async run({ fromHttp, url }) {
      const { warn } = console;
      console.warn = () => {
        throw new Error("EPIPE");
      };
      try {
        same((await outcomeOf(fromHttp(url)(contextOf())))["keep"], false);
      } finally {
        console.warn = warn;
      }
    },
  },
  {
    name: "revisions come from the context alone: a source has no validator of its own",
    answer: json('etag: "a"'),
    async run({ fromHttp, url, seen }) {
      const load = fromHttp(url);
      await load(contextOf());
      await load(contextOf());
      same(
        (await seen()).map(({ headers }) => headers["if-none-match"]),
        [undefined, undefined],
      );
    },
  },
  {
    name: "version(): asks with the condition and says what is announced, without loading it",
    answer: (wire, { headers }) =>
      headers["if-none-match"] === '"a"'
        ? bare(304, 'etag: "a"')(wire)
        : wire.write('HTTP/1.1 200 X\r\netag: "b"\r\nage: 5\r\ncontent-length: 9\r\n\r\n'),
    async run({ fromHttp, url }) {
      const load = fromHttp(url);
      same(load.identity, url.replace(/\?.*/, ""));
      same((await load.version(contextOf(HELD))).revision, '"a"');
      const { revision, asOf } = await load.version(contextOf());
      same([revision, Number(asOf) < Date.now() - 4_000], ['"b"', true]);
    },
  },
  {
    name: "version(): without tag and date it hashes the body",
    answer: json(),
    async run({ fromHttp, url }) {
      const load = fromHttp(url);
      same((await load.version(contextOf())).revision, (await outcomeOf(load(contextOf())))["revision"]);
    },
  },
];
