import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordBuild } from "../src/db/build-store.ts";
import type { Database } from "../src/db/database.ts";
import { openPglite } from "../src/db/pglite.ts";
import { migrate } from "../src/db/schema.ts";
import { createMatcher, type Matcher } from "../src/matcher.ts";
import { generatedHash } from "../src/seed/generated-hash.ts";
import { decodeJpeg } from "../src/measure/copy.ts";
import { generatedPictures } from "../src/seed/picture-files.ts";
import { encodeJpeg } from "../src/signal/rgba.ts";
import { withBitsFlipped } from "./helper/records.ts";

let database: Database;
let matcher: Matcher;
const both = { matcher: true, curator: true };

beforeAll(async () => {
  database = await openPglite();
  await migrate(database);
  matcher = createMatcher({ database, roles: both });
});
afterAll(async () => {
  await matcher.health.close();
  await database.close();
});

const ask = (path: string, init?: RequestInit): Promise<Response> => Promise.resolve(matcher.app.request(path, init));
const post = (path: string, body: unknown): Promise<Response> =>
  ask(path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
const lookup = (type: string, signal: string): Promise<Response> =>
  ask(`/m/lookup?${new URLSearchParams({ signal_type: type, signal }).toString()}`);
const build = async (): Promise<void> => {
  await recordBuild(database, async () => {});
  await matcher.index?.reload();
};
const formWith = (file: Buffer): FormData => {
  const form = new FormData();
  form.set("image", new File([new Uint8Array(file)], "picture.jpeg", { type: "image/jpeg" }));
  return form;
};

describe.sequential("the matcher", () => {
  test("before the index is loaded: not ready, alive, and look-ups refused by the guard", async () => {
    const [ready, live, startup] = await Promise.all(
      ["/status", "/status/live", "/status/startup"].map((path) => ask(path)),
    );
    expect([ready?.status, await ready?.text()]).toEqual([503, "INDEX-NOT-LOADED"]);
    expect([live?.status, await live?.text()]).toEqual([200, "I-AM-ALIVE"]);
    expect([startup?.status, await startup?.text()]).toEqual([503, "INDEX-NOT-LOADED"]);

    const refused = await lookup("pdq", generatedHash(1));
    expect(refused.status).toBe(503);
    expect(refused.headers.get("content-type")).toContain("application/problem+json");
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(await (await ask("/index/status")).json()).toMatchObject({
      pdq: { present: false, built_to: null, size: 0 },
    });
  });

  test("a signal that was put into a bank is found once it is built, and not when it was taken out", async () => {
    expect((await post("/c/bank", { name: "spam" })).status).toBe(201);
    expect((await post("/c/bank", { name: "spam" })).status).toBe(409);
    const added = await post("/c/bank/spam/content", { signal_type: "pdq", signal: generatedHash(1), label: "one" });
    expect(added.status).toBe(201);
    const { content_id: id }: { content_id: number } = JSON.parse(await added.text());
    // Others stay, because an index that lost half of its signals would be refused.
    for (const ordinal of [2, 3])
      await post("/c/bank/spam/content", { signal_type: "pdq", signal: generatedHash(ordinal) });
    await build();

    expect([(await ask("/status")).status, (await ask("/status/startup")).status]).toEqual([200, 200]);
    expect(await (await ask("/index/status")).json()).toMatchObject({
      state: "READY",
      pdq: { present: true, built_to: 3, size: 3 },
      md5: { present: true, built_to: 3, size: 0 },
    });
    const near = withBitsFlipped(generatedHash(1), [0, 99, 255]);
    expect(await (await lookup("pdq", near)).json()).toEqual({
      built_to: 3,
      lookups: [{ signal_type: "pdq", signal: near, matches: [{ bank: "spam", content_id: id, distance: 3 }] }],
    });

    expect((await ask(`/c/bank/spam/content/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await ask(`/c/bank/spam/content/${id}`, { method: "DELETE" })).status).toBe(404);
    await build();
    expect(await (await lookup("pdq", near)).json()).toMatchObject({ lookups: [{ matches: [] }] });
  });

  test("an uploaded picture finds its compressed copy by pdq and itself by md5; another picture finds nothing", async () => {
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = generatedPictures(2);
    const added = await ask("/c/bank/spam/content", { method: "POST", body: formWith(first) });
    expect(added.status).toBe(201);
    await build();

    const copy = encodeJpeg(decodeJpeg(first), 50);
    const answers = await Promise.all(
      [first, copy, second].map(async (file) =>
        (await ask("/m/lookup", { method: "POST", body: formWith(file) })).json(),
      ),
    );
    const spam = expect.objectContaining({ bank: "spam" });
    expect(answers).toMatchObject([
      {
        lookups: [
          { signal_type: "md5", matches: [spam] },
          { signal_type: "pdq", matches: [spam] },
        ],
      },
      {
        lookups: [
          { signal_type: "md5", matches: [] },
          { signal_type: "pdq", matches: [spam] },
        ],
      },
      {
        lookups: [
          { signal_type: "md5", matches: [] },
          { signal_type: "pdq", matches: [] },
        ],
      },
    ]);
  });

  test.each([
    ["/m/lookup?signal_type=sha1&signal=ab", "signal_type must be one of md5, pdq"],
    ["/m/lookup?signal=ab", "signal_type must be one of md5, pdq"],
    ["/m/lookup?signal_type=pdq", "signal must be 64 hex digits for signal_type pdq"],
    ["/m/lookup?signal_type=md5&signal=xyz", "signal must be 32 hex digits for signal_type md5"],
  ])("%s is answered 400, with what is accepted", async (path, detail) => {
    const answer = await ask(path);
    expect([answer.status, await answer.json()]).toEqual([400, { title: "Malformed request", status: 400, detail }]);
  });

  test("malformed bodies are answered 400, too large ones 413", async () => {
    expect((await post("/c/bank", { name: "no spaces please" })).status).toBe(400);
    expect((await post("/c/bank", ["spam"])).status).toBe(400);
    expect((await ask("/c/bank", { method: "POST", body: "{" })).status).toBe(400);
    expect((await post("/c/bank/spam/content", { signal_type: "pdq" })).status).toBe(400);
    expect(
      (await ask("/c/bank/spam/content", { method: "POST", body: formWith(Buffer.from("no picture")) })).status,
    ).toBe(400);
    expect((await ask("/c/bank/spam/content/x", { method: "DELETE" })).status).toBe(400);
    expect(
      (await ask("/c/bank/spam/content", { method: "POST", body: formWith(Buffer.alloc(9 * 1024 * 1024)) })).status,
    ).toBe(413);
  });

  test("what is not there is answered 404", async () => {
    expect((await post("/c/bank/nobody/content", { signal_type: "pdq", signal: generatedHash(1) })).status).toBe(404);
    expect((await ask("/c/bank/nobody", { method: "DELETE" })).status).toBe(404);
    expect((await ask("/nowhere")).status).toBe(404);
  });

  test("another site's page cannot write through the browser", async () => {
    const answer = await ask("/c/bank/spam", { method: "DELETE", headers: { "sec-fetch-site": "cross-site" } });
    expect(answer.status).toBe(403);
  });

  test("openapi.json is valid OpenAPI 3.1, and describes the probes as the library does", async () => {
    const document: Record<string, unknown> = JSON.parse(await (await ask("/openapi.json")).text());
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
    expect(validator.version).toBe("3.1");
    expect(JSON.stringify(document["paths"])).toContain("Kubernetes livenessProbe");
  });

  test("every operation of the site map is there", async () => {
    const entries: { method: string; path: string; summary: string }[] = JSON.parse(
      await (await ask("/site-map")).text(),
    );
    for (const { method, path, summary } of entries) {
      expect(summary, path).not.toBe("");
      if (method !== "GET") continue;
      const answer = await ask(path);
      expect([path, answer.status]).toEqual([path, path === "/m/lookup" ? 400 : 200]);
    }
    expect(entries.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["/status", "/status/live", "/status/startup", "/c/bank/{name}"]),
    );
  });

  test("the status page and the metrics tell of the index", async () => {
    expect(await (await ask("/metrics")).text()).toContain(
      'health_state_resource_state{resource="index",state="READY"} 1',
    );
    const page = await ask("/status/page");
    expect([page.status, (await page.text()).includes('id="r-index"')]).toEqual([200, true]);
  });

  test("the page may run what it brings and talk to this service alone", async () => {
    const page = await ask("/");
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(await page.text()).toContain('data-probe="/status/startup"');
  });

  test("without the matcher's role there is nothing to wait for, and no look-up", async () => {
    const curator = createMatcher({ database, roles: { matcher: false, curator: true } });
    const status = await curator.app.request("/status");
    expect([status.status, await status.text()]).toEqual([200, "I-AM-ALIVE"]);
    expect((await curator.app.request(`/m/lookup?signal_type=pdq&signal=${generatedHash(1)}`)).status).toBe(404);
    await curator.health.close();
  });

  test("without the curator's role the banks cannot be changed", async () => {
    const reader = createMatcher({ database, roles: { matcher: true, curator: false } });
    expect((await reader.app.request("/c/bank/spam", { method: "DELETE" })).status).toBe(404);
    await reader.health.close();
  });
});
