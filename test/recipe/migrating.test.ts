import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { ROOT } from "../repo/tree.ts";
import { createProject, programsOf, run, type Running } from "./kit.ts";

const PROGRAMS = programsOf("docs/guide/migrating.md");
const isHere = existsSync(join(ROOT, "tools/peers/node_modules"));
if (!isHere) console.log("skipped: tools/peers is not installed, run node tools/install.mjs peers");

describe.skipIf(!isHere)("docs/guide/migrating.md", () => {
  const project = createProject("peers");
  const stops: (() => unknown)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  afterAll(() => project.remove());

  async function start(name: string): Promise<Running> {
    const running = await run(project.folder, PROGRAMS.get(name) ?? "", {}, name.replace(" ", "-"));
    stops.push(() => running.stop());
    return running;
  }

  /** Asks until the status is what is waited for. */
  async function becomes({ get }: Running, path: string, status: number): Promise<string> {
    for (;;) {
      const answer = await get(path);
      const body = await answer.text();
      if (answer.status === status) return body;
    }
  }

  const ALIVE = "I-AM-ALIVE";
  test.each([
    ["terminus", "/healthcheck", "/status/live", "/rates", "1.08"],
    ["lightship", "/ready", "/live", undefined, undefined],
    ["nest", "/health", "/status/live", undefined, undefined],
    ["under-pressure", "/status", "/status/live", "/rates", '{"USD":1.08}'],
    ["timer", "/healthz", "/status/live", "/rates", "1.08"],
  ])(
    "%s: the path that probers ask is answered 200 before and after, and the data is the same",
    async (name, ready, live, path, data) => {
      const before = await start(`${name} before`);
      const after = await start(`${name} after`);
      await becomes(before, ready, 200);
      expect(await becomes(after, ready, 200)).toBe(ALIVE);
      expect(await becomes(after, live, 200)).toBe(ALIVE);
      if (path === undefined) return;
      expect(await becomes(before, path, 200)).toBe(data);
      expect(await becomes(after, path, 200)).toBe(data);
    },
  );

  test("each has a program before and one after", () => {
    const names = ["terminus", "lightship", "nest", "under-pressure", "timer"];
    expect([...PROGRAMS.keys()]).toEqual(names.flatMap((name) => [`${name} before`, `${name} after`]));
  });

  test("lightship's liveness and its health are answered too", async () => {
    const before = await start("lightship before");
    const after = await start("lightship after");
    for (const path of ["/live", "/health"]) {
      await becomes(before, path, 200);
      await becomes(after, path, 200);
    }
  });

  test.each([
    ["terminus", ""],
    // Its application listens on a port of its own, and its probes on another.
    ["lightship", ".listen(0)"],
    ["timer", ""],
    ["under-pressure", ""],
  ])("%s: while the load fails, a request gets 503 and the program after continues", async (name, own) => {
    const code = (PROGRAMS.get(`${name} after`) ?? "").replace(
      /load: async \(\) => new Map\(\[\["USD", 1\.08\]\]\)/,
      'load: async () => { throw new Error("the source is down"); }',
    );
    expect(code).toContain("the source is down");
    const swapped = own ? code.replace("5100", "0").replace(own, ".listen(5100)") : code;
    const after = await run(project.folder, swapped, {}, `${name}-failing`);
    stops.push(() => after.stop());
    await after.printed(/the source is down/);
    for (let request = 0; request < 2; request++) expect((await after.get("/rates")).status).toBe(503);
    expect(after.child.exitCode).toBeNull();
  });

  test("nest: a database that does not answer makes the program after answer 503, as it did the one before", async () => {
    for (const when of ["before", "after"]) {
      const code = (PROGRAMS.get(`nest ${when}`) ?? "").replace("async () => true", "async () => false");
      const running = await run(project.folder, code, {}, `nest-${when}-without-database`);
      stops.push(() => running.stop());
      // Startup does not depend on the database. After it, only the database can cause the 503.
      if (when === "after") await becomes(running, "/status/startup", 200);
      expect((await running.get("/health")).status).toBe(503);
    }
  });

  test.each(["terminus", "lightship", "nest"])(
    "%s: SIGTERM ends the program after, and it says so first",
    async (name) => {
      const after = await start(`${name} after`);
      await becomes(after, { terminus: "/healthcheck", lightship: "/ready", nest: "/health" }[name] ?? "", 200);
      after.child.kill("SIGTERM");
      const body = await becomes(
        after,
        { terminus: "/healthcheck", lightship: "/ready", nest: "/health" }[name] ?? "",
        503,
      );
      expect(body).toBe("INDEX-DRAINING");
    },
  );
});
