import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { guard, type ResponseLike } from "../../adapters/node.ts";
import type { GuardOptions, Resource } from "../../src/index.ts";
import { managedResourceOf } from "../../src/resource/managed-resource-of.ts";
import { force } from "../../src/testing/index.ts";
import { ready, stage } from "../answer/cells.ts";
import { listen, raw, request, undated } from "./raw.ts";

/** A plain server whose one route needs the resources. */
function guarded(resources: Resource<unknown> | readonly Resource<unknown>[], options?: GuardOptions) {
  const protect = guard(resources, options);
  return (incoming: IncomingMessage, response: ServerResponse): void =>
    protect(incoming, response, () => void response.end("served"));
}

const MISSING =
  '{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"The data that this request needs is not loaded yet."}';

/** The bytes of a refusal. */
function refused(retryAfter: string): string {
  return [
    "HTTP/1.1 503 Service Unavailable",
    "content-type: application/problem+json",
    "cache-control: no-store",
    "x-content-type-options: nosniff",
    `content-length: ${MISSING.length}`,
    `retry-after: ${retryAfter}`,
    "Connection: close",
    "",
    MISSING,
  ].join("\r\n");
}

let unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);
beforeEach(() => {
  unhandled = [];
  process.on("unhandledRejection", note);
});
afterEach(() => void process.off("unhandledRejection", note));

describe("guard on node:http", () => {
  test("refuses with the whole golden answer while there is no value, and calls next once there is", async () => {
    const { index } = stage();
    await using served = await listen(guarded(index));
    expect(undated(await raw(served.port, request("GET", "/m")))).toBe(refused("5"));
    expect(undated(await raw(served.port, request("POST", "/m", { "content-length": "0" })))).toBe(refused("5"));
    force(index, "STALE", {});
    expect(await raw(served.port, request("GET", "/m"))).toContain("served");
  });

  test("refuses HEAD without a body, with the length that GET has", async () => {
    const { index } = stage();
    await using served = await listen(guarded(index));
    const heard = await raw(served.port, request("HEAD", "/m"));
    expect(undated(heard)).toBe(refused("5").replace(MISSING, ""));
  });

  test("names the end of the back-off that runs", async () => {
    const { health, index, loader, clock } = stage();
    health.start();
    for (let n = 0; n < 4; n++) {
      await clock.settle();
      loader.last.fail(new Error("postgres://u:hunter2@db"));
      await clock.settle();
      if (n < 3) await clock.advance(30_000);
    }
    await using served = await listen(guarded(index));
    // Half way between 100 ms and 8 s.
    expect(undated(await raw(served.port, request("GET", "/m")))).toBe(refused("5"));
    expect(loader.calls.length).toBe(4);
  });

  test("waits as long as it may, by the health's clock, and serves what came in time", async () => {
    const { index, clock, loader } = stage();
    await using served = await listen(guarded(index, { wait: "2s" }));
    const answers = [raw(served.port, request("GET", "/m")), raw(served.port, request("GET", "/m"))];
    await waiting(index, 2);
    await clock.advance(1_999);
    loader.last.succeed({});
    expect((await Promise.all(answers)).map((heard) => heard.endsWith("served"))).toEqual([true, true]);
  });

  test("a thousand requests that wait in vain leave no waiter, timer or listener", async () => {
    const { index, clock, health } = stage();
    health.start();
    await clock.settle();
    const timers = clock.timers;
    const protect = guard(index, { wait: "2s", maxAge: "1s" });
    const statuses: number[] = [];
    let nexts = 0;
    const response: ResponseLike = { writeHead: (status) => statuses.push(status), end: () => {} };
    for (let n = 0; n < 1_000; n++) protect({}, response, () => nexts++);
    await clock.advance(2_000);
    expect([statuses.length, new Set(statuses), nexts]).toEqual([1_000, new Set([503]), 0]);
    expect([clock.timers, clock.holding, managedResourceOf(index).waiting]).toEqual([timers, 0, 0]);
  });

  test("several resources: next is called when all can serve", async () => {
    const one = stage();
    const other = stage();
    await using served = await listen(guarded([one.index, other.index]));
    await ready(one);
    expect(await raw(served.port, request("GET", "/m"))).toContain("503");
    await ready(other);
    expect(await raw(served.port, request("GET", "/m"))).toContain("served");
  });

  test.each([
    ["refused", false],
    ["served", true],
  ])("a request that is %s after somebody else answered it during the wait is left alone", async (_name, comes) => {
    const { index, clock, health, loader } = stage();
    health.start();
    const protect = guard(index, { wait: "2s" });
    await using served = await listen((incoming, response) => {
      protect(incoming, response, () => expect.fail("next was called"));
      // A timeout middleware loses patience first.
      response.writeHead(504).end("too slow");
    });
    expect(await raw(served.port, request("GET", "/m"))).toContain("too slow");
    if (comes) loader.last.succeed({});
    await clock.advance(2_000);
    await new Promise(setImmediate);
    expect(unhandled).toEqual([]);
  });

  test("a client that goes away during the wait harms nobody", async () => {
    const { index, clock, loader } = stage();
    await using served = await listen(guarded(index, { wait: "2s" }));
    const { connect } = await import("node:net");
    const gone = connect(served.port, "127.0.0.1");
    gone.write(request("GET", "/m"));
    await waiting(index, 1);
    gone.destroy();
    loader.last.succeed({});
    await clock.settle();
    expect(await raw(served.port, request("GET", "/m"))).toContain("served");
    expect(unhandled).toEqual([]);
  });

  test("where the value is there, next is called before the guard returns", () => {
    const { index } = stage();
    force(index, "READY", {});
    const order: string[] = [];
    guard(index)({}, { writeHead: expect.fail, end: expect.fail }, () => order.push("next"));
    order.push("returned");
    expect(order).toEqual(["next", "returned"]);
  });
});

/** Until so many requests wait for the resource. */
async function waiting(resource: Resource<unknown>, count: number): Promise<void> {
  for (let turn = 0; turn < 10_000 && managedResourceOf(resource).waiting !== count; turn++)
    await new Promise(setImmediate);
  expect(managedResourceOf(resource).waiting).toBe(count);
}
