import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { createHealth, onRequest, type Health } from "../../src/index.ts";
import { probeThread, type ProbeThreadOptions } from "../../src/thread/index.ts";
import { ROOT } from "../repo/tree.ts";
import { until } from "../source/kit/process.ts";
import { RUNTIMES } from "./runtimes.ts";
import { end, startService } from "./service.ts";

describe.each(RUNTIMES)("the probes from a thread of their own, on $name", (runtime) => {
  const skipIt = !existsSync(runtime.program);

  test.skipIf(skipIt)(
    "say what the health says, while the main thread is blocked too",
    { timeout: 120_000 },
    async () => {
      const { child, own, ask, says, tell, release } = await startService(runtime, ["1s", "500ms"]);
      // Nobody has started it: the first probe does.
      expect((await tell("/state"))["started"]).toBe(false);
      expect(await ask("/status/live")).toMatchObject({ status: 200, body: "I-AM-ALIVE" });
      await until("the probe starts it", async () => (await tell("/state"))["started"] === true);
      expect(await ask("/status")).toEqual(await ask("/status", own));
      expect(await ask("/status/startup")).toMatchObject({ status: 503, body: "INDEX-NOT-LOADED" });
      await tell("/load");
      await says("/status", "I-AM-ALIVE");
      for (const path of ["/status", "/status/", "/status/live", "/status/startup", "/old", "/status?verbose"])
        expect([path, await ask(path)]).toEqual([path, await ask(path, own)]);
      for (const method of ["HEAD", "OPTIONS", "POST"])
        expect([method, await ask("/status", undefined, method)]).toEqual([method, await ask("/status", own, method)]);
      expect(await ask("/elsewhere")).toMatchObject({ status: 404, body: "" });

      await tell("/block");
      await says("/status", "INDEX-STALE");
      expect(await ask("/status")).toMatchObject({
        status: 503,
        headers: { "health-state": "STALE", "retry-after": "5", "cache-control": "no-store" },
      });
      await says("/status/live", "WEDGED");
      expect(await ask("/status/live")).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
      expect(await ask("/status/startup")).toMatchObject({ status: 200, body: "I-AM-ALIVE" });
      release();
      await says("/status/live", "I-AM-ALIVE");
      await says("/status", "I-AM-ALIVE");
      expect(Number((await tell("/state"))["longestBusyMs"])).toBeGreaterThan(500);

      await tell("/drain");
      await says("/status", "INDEX-DRAINING");
      expect(await ask("/status/live")).toMatchObject({ status: 200, body: "I-AM-ALIVE" });
      await tell("/close");
      await says("/status", "INDEX-NOT-LOADED");
      await end(child);
      await expect(ask("/status/live")).rejects.toThrow();
    },
  );

  test.skipIf(skipIt)(
    "are answered again after the thread died, on the same port, and go on to tell all",
    { timeout: 120_000 },
    async () => {
      const { child, own, ask, says, tell, release } = await startService(runtime, ["1s", "500ms"]);
      await tell("/load");
      await says("/status", "I-AM-ALIVE");
      expect(await tell("/state")).toMatchObject({ threads: 1 });
      await tell("/kill");
      await until("nobody answers", () =>
        ask("/status/live").then(
          () => false,
          () => true,
        ),
      );
      await until("another one answers", () =>
        ask("/status/live").then(
          () => true,
          () => false,
        ),
      );
      expect(await tell("/state")).toMatchObject({ threads: 2 });
      for (const path of ["/status", "/status/live", "/status/startup"])
        expect([path, await ask(path)]).toEqual([path, await ask(path, own)]);
      await tell("/block");
      await says("/status/live", "WEDGED");
      release();
      await says("/status/live", "I-AM-ALIVE");
      await tell("/drain");
      await says("/status", "INDEX-DRAINING");
      await end(child);
      await expect(ask("/status/live")).rejects.toThrow();
    },
  );

  test.skipIf(skipIt).each([
    ["from the start", "start", "EADDRINUSE", 1],
    ["while the thread is started again", "again", "listens", 2],
  ])(
    "are answered once the port is free, if it is taken %s, and each problem is told once",
    async (...row) => {
      const [, when, listening, threads] = row;
      const { program, args } = runtime;
      const { stdout, stderr } = await promisify(execFile)(
        program,
        [...args, join(ROOT, "test/thread/taken.mjs"), when],
        {
          timeout: 60_000,
        },
      );
      expect(JSON.parse(stdout)).toEqual({ listening, meanwhile: "another", answer: "I-AM-ALIVE", threads });
      const told = stderr.split("\n").map((line) => line.replace(/ on port .*/, ""));
      expect(told).toEqual([
        ...(when === "again" ? [expect.stringMatching(/^health-state: the thread that answers probes ended: /)] : []),
        "health-state: probeThread() cannot listen",
        "",
      ]);
    },
    90_000,
  );

  test.skipIf(skipIt)("keep no process alive, also after the thread died", { timeout: 60_000 }, async () => {
    const { program, args } = runtime;
    const run = (...given: readonly string[]) =>
      promisify(execFile)(program, [...args, join(ROOT, "test/thread/idle.mjs"), ...given]);
    expect(await run()).toEqual({ stdout: "listened\n", stderr: "" });
    const { stdout, stderr } = await run("again");
    expect(stdout).toBe("200 2\nlistened\n");
    expect(stderr).toMatch(/^health-state: the thread that answers probes ended: .+\. It is started again\.\n$/);
  });
});

describe("what is handed in wrong is refused", () => {
  const health = (): Health => createHealth();
  test.each<readonly [string, () => unknown]>([
    ["no health", () => probeThread({} as never, { port: 0 })],
    ["no options", () => probeThread(health(), undefined as never)],
    ["no port", () => probeThread(health(), {} as never)],
    ["a port as a text", () => probeThread(health(), { port: "8081" as never })],
    ["a port that there is none of", () => probeThread(health(), { port: 65_536 })],
    ["an empty host", () => probeThread(health(), { port: 0, host: "" })],
    ["a silence that cannot be told", () => probeThread(health(), { port: 0, wedgedAfter: 100 })],
    ["a bad duration", () => probeThread(health(), { port: 0, verdictFor: "soon" })],
    ["an onBusy that is no function", () => probeThread(health(), { port: 0, onBusy: 1 as never })],
    ["an unknown option", () => probeThread(health(), { port: 0, prot: 1 } as ProbeThreadOptions)],
    ["a health in request mode", () => probeThread(createHealth({ refresh: onRequest() }), { port: 0 })],
  ])("%s", (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: expect.stringMatching(/^HS_/) }));
    expect(make).toThrow(TypeError);
  });
});

test("a port that is taken is told, and ends nothing", { timeout: 60_000 }, async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const address = server.address();
  const taken = typeof address === "object" && address ? address.port : 0;
  const program = `
    const { createHealth } = await import(${JSON.stringify(join(ROOT, "dist/src/index.js"))});
    const { probeThread } = await import(${JSON.stringify(join(ROOT, "dist/src/thread/index.js"))});
    const thread = probeThread(createHealth(), { port: ${taken}, host: "127.0.0.1" });
    console.log(await thread.listening.catch((error) => error.code));
    await thread.close();
  `;
  const run = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program]);
  server.close();
  expect(run.stdout).toBe("EADDRINUSE\n");
  expect(run.stderr).toMatch(/^health-state: probeThread\(\) cannot listen on port \d+/);
});
