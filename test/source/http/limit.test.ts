// The limits that hold without an option, the limit over all of them, and what the platform would take without us.
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createHealth } from "../../../src/index.ts";
import { fromHttp } from "../../../src/source/http/index.ts";
import { createVirtualClock } from "../../../src/testing/index.ts";
import { outcome, PENDING } from "../../resource/kit.ts";
import { ROOT } from "../../repo/tree.ts";
import { contextOf } from "../kit/context.ts";

const URL_GIVEN = "https://rates.example/v2.json";

describe("without options", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  test.each<readonly [string, number, () => Promise<Response>]>([
    ["the head may take 10 s", 10_000, () => new Promise(() => {})],
    ["the body may be silent for 30 s", 30_000, async () => new Response(new ReadableStream())],
  ])("%s", async (_what, ms, give) => {
    const load = Promise.resolve(fromHttp(URL_GIVEN, { fetch: give })(contextOf()));
    await vi.advanceTimersByTimeAsync(ms - 1);
    expect(await outcome(load)).toBe(PENDING);
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcome(load)).toMatchObject({ error: { kind: "timeout" } });
  });

  test.each([
    [2 ** 26, { value: { value: [1] } }],
    [2 ** 26 + 1, { error: { kind: "too-large" } }],
  ])("a body may have 64 MiB: one of %i bytes", async (bytes, must) => {
    const headers = { "content-length": String(bytes) };
    const load = fromHttp(URL_GIVEN, { fetch: async () => new Response("[1]", { headers }) });
    expect(await outcome(Promise.resolve(load(contextOf())))).toMatchObject(must);
  });
});

test("the timeout of the resource ends a request whose body never stops and is never silent", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  health.subscribe(() => {});
  let isCancelled = false;
  const dripping = new ReadableStream({
    pull: (controller) =>
      new Promise<void>((resolve) => {
        const drip = (): void => {
          if (!isCancelled) controller.enqueue(new Uint8Array(1));
          resolve();
        };
        clock.setTimer(drip, 100, false);
      }),
    cancel: () => void (isCancelled = true),
  });
  const load = fromHttp(URL_GIVEN, { fetch: async () => new Response(dripping) });
  const rates = health.resource("rates", { load, timeout: "20s" });
  health.start();
  await clock.advance(19_999);
  expect([rates.snapshot().state, isCancelled]).toEqual(["LOADING", false]);
  await clock.advance(1);
  await clock.settle();
  expect(isCancelled).toBe(true);
  expect(rates.snapshot()).toMatchObject({ state: "NOT_LOADED", lastError: { error: { code: "HS_TIMED_OUT" } } });
  await health.close();
});

const NODES = ["22", "24"].map((version) => join(ROOT, `tools/nodes/node_modules/node-${version}/bin/node`));

/** Why `accept-encoding: identity` is asked for. If this changes in every Node, the rule may go. */
test.each([process.execPath, ...NODES.filter((file) => existsSync(file))])(
  "the fetch of Node takes half of a coded body for a whole one: %s",
  async (node) => {
    const text = Array.from({ length: 20_000 }, (_, at) => `${(at * 7_919) % 10_007}`).join(" ");
    const server = createServer(({ url }, response) => {
      const coding = url === "/br" ? "br" : "gzip";
      const whole = coding === "br" ? brotliCompressSync(text) : gzipSync(text);
      const half = whole.subarray(0, whole.length / 2);
      response.writeHead(200, { "content-encoding": coding, "content-length": half.length }).end(half);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    // SAFETY: a server that listens on a port has an address with one.
    const { port } = server.address() as AddressInfo;
    const program = `for (const coding of ["gzip", "br"]) {
      const answer = await fetch("http://127.0.0.1:${port}/" + coding);
      const { length } = await answer.text();
      console.log(answer.status, length > 0 && length < ${text.length});
    }`;
    const { stdout } = await promisify(execFile)(node, ["--input-type=module", "-e", program]);
    expect(stdout.trim().split("\n")).toEqual(["200 true", "200 true"]);
  },
);
