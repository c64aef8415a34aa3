import { refused } from "../kit/refused.ts";
import { describe, expect, test } from "vitest";
import { createHealth, WORDS, type ProbeOutcome, type Words } from "../../src/index.ts";
import { SCENES } from "./contract.ts";
import { ask, PATH_OF, PROBES } from "./whole.ts";

const MINE: Words = { ok: "UP", notLoaded: "WARMING", stale: "OLD", draining: "LEAVING", wedged: "STUCK" };

describe("words of the user's own are said in place of ours, and nothing else changes", () => {
  const scenes = SCENES.map((scene) => [scene.name, scene] as const);
  test.each(scenes)("%s", async (_name, { enter, expected }) => {
    for (const probe of PROBES) {
      const [status, word] = expected[probe];
      const mine = Object.entries(WORDS).find(([, ours]) => ours === word)?.[0] as ProbeOutcome;
      const { health } = await enter({ words: MINE });
      const answer = await ask(health, PATH_OF[probe]);
      expect([answer.status, answer.body, answer.headers["content-length"]]).toEqual([
        status,
        MINE[mine],
        String(MINE[mine].length),
      ]);
    }
  });

  test("one word may be replaced alone", async () => {
    expect((await ask(createHealth({ words: { ok: "OK" } }), "/status")).body).toBe("OK");
  });
});

describe("a set of words that a prober could confuse is refused", () => {
  const WRONG: readonly (readonly [Partial<Words>, string])[] = [
    [{ ok: "" }, 'health-state: words.ok is "". Pass 1 to 64 visible ASCII characters, no space.'],
    [{ ok: "I AM" }, 'health-state: words.ok is "I AM". Pass 1 to 64 visible ASCII characters, no space.'],
    [{ ok: "UP\n" }, 'health-state: words.ok is "UP\\u000a". Pass 1 to 64 visible ASCII characters, no space.'],
    [{ ok: "ÜP" }, 'health-state: words.ok is "ÜP". Pass 1 to 64 visible ASCII characters, no space.'],
    [
      { ok: "x".repeat(65) },
      `health-state: words.ok is "${"x".repeat(65)}". Pass 1 to 64 visible ASCII characters, no space.`,
    ],
    [
      { ok: "INDEX" },
      'health-state: words.notLoaded is "INDEX-NOT-LOADED". Pass a word that does not contain words.ok, "INDEX".',
    ],
    [
      { ok: "stale" },
      'health-state: words.stale is "INDEX-STALE". Pass a word that does not contain words.ok, "stale".',
    ],
    [
      { ok: "ready", stale: "READY-OLD" },
      'health-state: words.stale is "READY-OLD". Pass a word that does not contain words.ok, "ready".',
    ],
    [
      { ok: "same", stale: "SAME" },
      'health-state: words.ok is "same". Pass a word that does not contain words.stale, "SAME".',
    ],
  ];
  test.each(WRONG)("%j", (words, message) => {
    expect(() => createHealth({ words })).toThrow(refused(message));
  });

  test("a word that is no string is refused by name, from a program without types too", () => {
    for (const ok of [undefined, null, 42, ["UP"]])
      // SAFETY: what JavaScript may pass.
      expect(() => createHealth({ words: { ok } as unknown as Partial<Words> }), String(ok)).toThrow(
        /words\.ok is .*visible ASCII/,
      );
  });
});

describe("what the probers of the field need of a body (PROBERS section 5)", () => {
  test("no word of ours contains another, ignoring case", () => {
    const all = Object.values(WORDS);
    const contained = all.flatMap((one) =>
      all.filter((other) => one !== other && one.toLowerCase().includes(other.toLowerCase())),
    );
    expect(contained).toEqual([]);
  });

  test("the drain word begins with INDEX- and says neither ALIVE nor STALE", () => {
    expect(WORDS.draining).toMatch(/^INDEX-(?!.*(?:ALIVE|STALE))/);
  });

  test.each(SCENES.map((scene) => [scene.name, scene] as const))("%s", async (_name, { enter }) => {
    const { health } = await enter();
    for (const probe of PROBES)
      for (const init of [
        {},
        { headers: { accept: "application/json" } },
        { headers: { "accept-encoding": "gzip", cookie: "a=b" } },
      ]) {
        const { status, body, headers } = await ask(health, `${PATH_OF[probe]}?verbose`, init);
        expect([200, 503]).toContain(status);
        // The bare word: what `^I-AM-ALIVE$` in Caddy, monit and Apache wants.
        expect(body).toMatch(/^[!-~]{1,64}$/);
        expect(headers["content-length"]).toBe(String(body.length));
        expect(
          Object.keys(headers).filter((name) => /cookie|location|auth|encoding|vary|etag|server/.test(name)),
        ).toEqual([]);
        // Body and status never contradict each other: some probers read one, some the other.
        expect(body === WORDS.ok).toBe(status === 200);
        expect("retry-after" in headers).toBe(status === 503);
        if (status === 503) expect(headers["retry-after"]).toMatch(/^(?:[1-9]|[12]\d|30)$/);
      }
  });
});
