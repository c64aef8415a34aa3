// fromPointer: a document that names an immutable object.
import { contextOf } from "../kit/context.ts";
import { check, errorOf, fails, outcomeOf, same, type Case, type Wire } from "./kit.ts";
import { answer, head } from "./wire.ts";

const OBJECT = JSON.stringify([1, 2, 3]);

/** A pointer to the object, with some of it changed. */
const point = (wire: Wire, changed: object = {}, ...lines: readonly string[]): void =>
  answer(
    wire,
    200,
    lines,
    JSON.stringify({ url: "object.json", sha256: wire.sha256(OBJECT, "hex"), bytes: OBJECT.length, ...changed }),
  );

const wrong = (name: string, changed: object, kind: string): Case => ({
  name: `pointer: ${name}`,
  answer: (wire, { target }) => (target.includes("object") ? answer(wire, 200, [], OBJECT) : point(wire, changed)),
  async run({ fromPointer, url }) {
    await fails(fromPointer(url)(contextOf()), kind);
  },
});

export const POINTER_CASES: readonly Case[] = [
  {
    name: "pointer: the object is fetched only when sha256 changed; the pointer is asked without a condition",
    answer: (wire, { target }) =>
      target.includes("object")
        ? answer(wire, 200, ["cache-control: no-store"], OBJECT)
        : point(wire, { asOf: 5_000 }, 'etag: "p"'),
    async run({ fromPointer, url, seen }) {
      const load = fromPointer(url, { parse: (list: readonly number[]) => list.length });
      const first = await outcomeOf(load(contextOf()));
      const revision = String(first["revision"]);
      same([/^[\da-f]{64}$/.test(revision), first["value"], first["asOf"]], [true, 3, 5_000]);
      same(await outcomeOf(load(contextOf({ revision, previous: 3 }))), { is: "unchanged", asOf: 5_000 });
      same(await outcomeOf(load(contextOf({ revision: "0", rejected: revision }))), { is: "unchanged", revision });
      const targets = (await seen()).map(({ target }) => /\w+(?:\.json)?(?=\?|$)/.exec(target)?.[0]);
      same(targets, ["data", "object.json", "data", "data"]);
      check(
        (await seen()).every(({ headers }) => !("if-none-match" in headers)),
        "no condition is sent",
      );
    },
  },
  {
    name: "pointer: version() and at() go back to an object that was pointed to",
    answer: (wire, { target }) => (target.includes("object") ? answer(wire, 200, [], OBJECT) : point(wire)),
    async run({ fromPointer, url }) {
      const load = fromPointer(url);
      const { revision, digest } = await load.version(contextOf());
      same(digest, `sha256:${revision}`);
      same(await load.at?.(revision, contextOf()), [1, 2, 3]);
      await fails(load.at?.("0".repeat(64), contextOf()), "missing");
    },
  },
  {
    name: "pointer: the object lies on an origin of origins, and the headers stay at home",
    answer(wire, { target }) {
      const [, index = ""] = /^\/(\d+)/.exec(target) ?? [];
      if (target.includes("object")) answer(wire, 200, [], OBJECT);
      else point(wire, { url: `${wire.other}/${index}/object` });
    },
    async run({ fromPointer, url, otherUrl, seen }) {
      await fails(fromPointer(url)(contextOf()), "protocol");
      const load = fromPointer(url, { origins: [otherUrl], headers: { "x-key": "k" } });
      same((await outcomeOf(load(contextOf())))["value"], [1, 2, 3]);
      same(
        (await seen()).map(({ headers }) => headers["x-key"]),
        [undefined, "k", undefined],
      );
    },
  },
  {
    name: "pointer: asOf as an ISO date; without it the age of the pointer counts",
    answer: (wire, { target }, n) =>
      target.includes("object")
        ? answer(wire, 200, ["age: 500000"], OBJECT)
        : n
          ? point(wire, {}, "age: 60")
          : point(wire, { asOf: "2026-01-01T00:00:00Z" }),
    async run({ fromPointer, url }) {
      const load = fromPointer(url);
      same((await outcomeOf(load(contextOf())))["asOf"], Date.UTC(2026, 0, 1));
      const before = Date.now();
      const { asOf } = await outcomeOf(load(contextOf()));
      check(Math.abs(Number(asOf) - before + 60_000) < 1_000, `asOf is ${String(asOf)}`);
    },
  },
  {
    name: "pointer: a coded object is taken, because its digest proves it",
    answer(wire, { target }) {
      if (!target.includes("object")) return point(wire);
      const body = wire.gzip(OBJECT);
      wire.write(head(200, "content-encoding: gzip", `content-length: ${body.length}`));
      wire.write(body);
    },
    async run({ fromPointer, url }) {
      same((await outcomeOf(fromPointer(url, { as: "text" })(contextOf())))["value"], OBJECT);
    },
  },
  {
    name: "pointer: verify is asked for the object alone, with its bytes and its revision",
    answer: (wire, { target }) => (target.includes("object") ? answer(wire, 200, [], OBJECT) : point(wire)),
    async run({ fromPointer, url }) {
      const asked: unknown[] = [];
      const load = fromPointer(url, {
        verify: (bytes, { revision }) => {
          asked.push(new TextDecoder().decode(bytes), revision);
          return false;
        },
      });
      await fails(load(contextOf()), "verify");
      same(asked, [OBJECT, (await load.version(contextOf())).revision]);
    },
  },
  {
    name: "pointer: a url is resolved against the pointer, and https: is allowed from everywhere in origins",
    answer: () => {},
    async run({ fromPointer }) {
      const asked: string[] = [];
      const to = (url: string) =>
        fromPointer("http://a.example/index/latest.json", {
          origins: ["https://cdn.example"],
          fetch: async (target) => {
            asked.push(target);
            return new Response(JSON.stringify({ url, sha256: "0".repeat(64), bytes: 7 }));
          },
        })(contextOf());
      await errorOf(to("../objects/1"));
      await errorOf(to("https://cdn.example/1"));
      await fails(to("https://a.example/1"), "protocol");
      same(
        asked.filter((target) => !target.includes("latest")),
        ["http://a.example/objects/1", "https://cdn.example/1"],
      );
    },
  },
  wrong("an object of another digest", { sha256: "0".repeat(64) }, "digest"),
  wrong("an object with fewer bytes than it names", { bytes: 9 }, "incomplete"),
  wrong("an object with more bytes than it names", { bytes: 3 }, "too-large"),
  wrong("an object over maxBytes is not fetched", { bytes: 2 ** 40 }, "too-large"),
  wrong("without a url", { url: undefined }, "parse"),
  wrong("a url that is none", { url: "http://[" }, "parse"),
  wrong("a url of another scheme", { url: "file:///etc/passwd" }, "protocol"),
  wrong("a sha256 that is none", { sha256: "abc" }, "parse"),
  wrong("bytes that are no number", { bytes: "7" }, "parse"),
  wrong("an asOf that is no date", { asOf: "soon" }, "parse"),
  {
    name: "pointer: a document of more than 64 KiB is not read as a pointer",
    answer: (wire, _seen, n) =>
      answer(wire, 200, [], JSON.stringify({ url: "a".repeat(65_536 + n - JSON.stringify({ url: "" }).length) })),
    async run({ fromPointer, url }) {
      await fails(fromPointer(url)(contextOf()), "parse");
      await fails(fromPointer(url)(contextOf()), "too-large");
    },
  },
  {
    name: "pointer: sha256 in capital letters is the same",
    answer: (wire, { target }) =>
      target.includes("object")
        ? answer(wire, 200, [], OBJECT)
        : point(wire, { sha256: wire.sha256(OBJECT, "hex").toUpperCase() }),
    async run({ fromPointer, url }) {
      const { value, revision } = await outcomeOf(fromPointer(url)(contextOf()));
      same([value, /^[\da-f]{64}$/.test(String(revision))], [[1, 2, 3], true]);
    },
  },
  {
    name: "pointer: null is no pointer",
    answer: (wire) => answer(wire, 200, [], "null"),
    async run({ fromPointer, url }) {
      await fails(fromPointer(url)(contextOf()), "parse");
    },
  },
  {
    name: "pointer: from https: an object on http: is refused, also where origins names it",
    answer: () => {},
    async run({ fromPointer }) {
      const body = JSON.stringify({ url: "http://a.example/object", sha256: "0".repeat(64), bytes: 7 });
      const load = fromPointer("https://a.example/pointer", {
        origins: ["http://a.example"],
        fetch: async () => new Response(body),
      });
      await fails(load(contextOf()), "protocol");
    },
  },
];
