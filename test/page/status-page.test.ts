import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createHealth, details, onRequest, type Details, type Health } from "../../src/index.ts";
import { markup, raw } from "../../src/page/html.ts";
import { statusPage } from "../../src/page/index.ts";
import { spanOf } from "../../src/page/words.ts";
import { createVirtualClock } from "../../src/testing/index.ts";
import { createScene } from "../seeing/kit.ts";

const URL_OF = "http://localhost/status/page";
const get = (query = "", init?: RequestInit): Request => new Request(URL_OF + query, init);
const decode = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

describe("who may see the page", () => {
  const withDetails = (given?: Details): Health => createHealth(given && { details: given });

  test("nobody without leave: it is 404, whatever is asked", async () => {
    for (const health of [withDetails(), withDetails(details("never")), withDetails(details(() => false))])
      for (const query of ["", "?part=1", "?live=1"])
        for (const method of ["GET", "HEAD", "POST"]) {
          const answer = await statusPage(health)(get(query, { method }));
          expect([answer.status, await answer.text()]).toEqual([404, ""]);
        }
  });

  test("the details of the health decide, unless the page has its own", async () => {
    expect((await statusPage(withDetails(details("always")))(get())).status).toBe(200);
    expect((await statusPage(withDetails(details("always")), { details: details("never") })(get())).status).toBe(404);
    const byKey = details(({ headers }) => headers.get("x-key") === "k");
    const page = statusPage(withDetails(details("never")), { details: byKey });
    expect((await page(get())).status).toBe(404);
    expect((await page(get("", { headers: { "x-key": "k" } }))).status).toBe(200);
    const throwing = details(() => {
      throw new Error("no session");
    });
    expect((await statusPage(withDetails(throwing))(get())).status).toBe(404);
  });
});

describe("the answer", () => {
  test("has a policy that allows its own script and style by their hash, and nothing else", async () => {
    const answer = await statusPage(createScene().health)(get());
    const text = await answer.text();
    const hashes = ["script", "style"].map((name) => {
      const [, content = ""] = new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(text) ?? [];
      return `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
    });
    expect(Object.fromEntries(answer.headers)).toEqual({
      "cache-control": "no-store",
      "content-security-policy":
        `default-src 'none'; script-src ${hashes[0]}; style-src ${hashes[1]}; connect-src 'self'; ` +
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "content-type": "text/html; charset=utf-8",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    });
    expect(text).not.toMatch(/ (style|on\w+)=/);
    expect(text.match(/(?:src|href)="[^"]*"/g)).toEqual(['href="data:,"', 'href=""']);
  });

  test("HEAD has the same head and no body, and other methods are refused", async () => {
    const page = statusPage(createScene().health);
    const [full, head] = [await page(get()), await page(get("", { method: "HEAD" }))];
    expect([...head.headers]).toEqual([...full.headers]);
    expect(await head.text()).toBe("");
    const refused = await page(get("", { method: "POST" }));
    expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  test("starts nothing: no load, no timer", async () => {
    const { clock, health, loader } = createScene();
    const page = statusPage(health);
    await page(get());
    await clock.advance("1m");
    expect([loader.calls.length, clock.timers]).toEqual([0, 0]);
  });

  test("shows at most 100 resources, the worst first, and says how many it leaves out", async () => {
    const { health } = createScene();
    for (let n = 0; n < 150; n++) health.resource(`more-${n}`, { load: () => n, required: false });
    const text = await (await statusPage(health)(get("?part=1"))).text();
    expect(text.match(/<article/g)).toHaveLength(100);
    expect(text.indexOf('id="r-index"')).toBeLessThan(text.indexOf('id="r-more-0"'));
    expect(text).toContain("51 more resources are not shown.");
  });

  test("a name that is expected and missing stands on it", async () => {
    const health = createHealth({ details: details("always"), expect: ["keys"] });
    const text = await (await statusPage(health)(get())).text();
    expect(text).toContain("<strong>keys</strong> is expected, but does not exist.");
  });

  test("is taken only with a request", async () => {
    const page = statusPage(createScene().health);
    // SAFETY: what the types forbid is the point.
    await expect(page({} as Request)).rejects.toMatchObject({ code: "HS_INVALID_OPTION" });
  });
});

describe("the stream", () => {
  test("draws the page every two seconds, and again with what has changed", async () => {
    const scene = createScene();
    const answer = await statusPage(scene.health)(get("?live=1"));
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    const reader = answer.body?.getReader();
    const first = decode((await reader?.read())?.value);
    expect(first.split("\n").every((line) => line === "" || line.startsWith("data: "))).toBe(true);
    expect(first.endsWith("\n\n")).toBe(true);
    scene.health.start();
    await scene.clock.settle();
    await scene.accept("41");
    await scene.clock.advance("2s");
    expect(decode((await reader?.read())?.value)).toContain("r41");
    await reader?.cancel();
    await scene.health.close();
    expect(scene.clock.timers).toBe(0);
  });

  test("asks for leave each time, and ends when it is withdrawn", async () => {
    const scene = createScene();
    let isAllowed = true;
    const page = statusPage(scene.health, { details: details(() => isAllowed) });
    const reader = (await page(get("?live=1"))).body?.getReader();
    await reader?.read();
    isAllowed = false;
    await scene.clock.advance("2s");
    expect(await reader?.read()).toEqual({ done: true, value: undefined });
    expect(scene.clock.timers).toBe(0);
  });

  test("ends when the drain begins, after a last picture of it, and no other opens", async () => {
    const scene = createScene();
    const page = statusPage(scene.health);
    const reader = (await page(get("?live=1"))).body?.getReader();
    await reader?.read();
    scene.health.drain();
    expect(decode((await reader?.read())?.value)).toContain("The process is shutting down.");
    expect((await reader?.read())?.done).toBe(true);
    expect((await page(get("?live=1"))).status).toBe(503);
  });

  test("thirty-two are open at most, and a place is free when a reader leaves", async () => {
    const page = statusPage(createScene().health);
    const open = await Promise.all(Array.from({ length: 32 }, () => page(get("?live=1"))));
    const refused = await page(get("?live=1"));
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
    await open[0]?.body?.cancel();
    expect((await page(get("?live=1"))).status).toBe(200);
  });

  test("a reader that is slow gets the next picture, and none of those that it missed", async () => {
    const scene = createScene();
    const reader = (await statusPage(scene.health)(get("?live=1"))).body?.getReader();
    await scene.clock.advance("50s");
    await reader?.read();
    const late = reader?.read();
    await scene.clock.advance("2s");
    expect(decode((await late)?.value)).toContain("00:00:52 UTC");
  });

  test("there is none in request mode", async () => {
    const health = createHealth({ details: details("always"), refresh: onRequest(), clock: createVirtualClock() });
    const page = statusPage(health);
    expect((await page(get("?live=1"))).status).toBe(404);
    expect(await (await page(get())).text()).toContain('data-live="poll"');
  });
});

describe("the timeline", () => {
  test("keeps an hour and at most 1,000 entries, and still knows the state before them", async () => {
    const { clock, health } = createScene();
    const page = statusPage(health);
    let fails = false;
    const tick = health.resource("tick", {
      load: () => {
        if (fails) throw new Error("gone");
        return 1;
      },
    });
    await tick.get();
    fails = true;
    const failed = async (): Promise<void> => {
      await tick.reload().catch(() => {});
      await clock.advance("1s");
    };
    for (let n = 0; n < 1_100; n++) await failed();
    const text = async (): Promise<string> => (await page(get("?part=1"))).text();
    expect(await text()).toContain("970 earlier entries are not shown.");
    expect(await text()).toContain("tick in the last hour: READY for 18 min 20 s");
    await health.close();
    await clock.advance("61m");
    expect(await text()).toContain("There are no events.");
  });

  test("writes a load down that brought something new, and not every one", async () => {
    const scene = createScene();
    const page = statusPage(scene.health);
    scene.health.start();
    await scene.clock.settle();
    for (const revision of ["1", "1", "1", "2"]) {
      await scene.accept(revision);
      await scene.clock.advance("30s");
    }
    const text = await (await page(get("?part=1"))).text();
    expect(text.match(/loaded in 0 ms, revision r\d/g)).toEqual([
      "loaded in 0 ms, revision r2",
      "loaded in 0 ms, revision r1",
      "loaded in 0 ms, revision r1",
    ]);
    page.end();
  });
});

describe("what is written into the page", () => {
  test("is escaped in text and in attributes, unless it is markup", () => {
    const hostile = `<script>"'&\u0000\u2028`;
    expect(markup`<a title="${hostile}">${[hostile, raw("<b>"), undefined, 1]}</a>`.html).toBe(
      '<a title="&lt;script&gt;&quot;&#39;&amp;\\u0000\\u2028">&lt;script&gt;&quot;&#39;&amp;\\u0000\\u2028<b>1</a>',
    );
  });

  test("spans are said in two units at most", () => {
    const spans = [0, 999, 1_000, 61_000, 3_600_000, 3_661_000, 90_000_000, 86_405_000, Infinity].map(spanOf);
    expect(spans).toEqual(["0 ms", "999 ms", "1 s", "1 min 1 s", "1 h", "1 h 1 min", "1 d 1 h", "1 d", "never"]);
  });
});
