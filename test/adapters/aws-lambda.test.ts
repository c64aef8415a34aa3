import { describe, expect, test } from "vitest";
import * as lambda from "../../adapters/aws-lambda.ts";
import { createHealth, onRequest } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";

function ready(options: Parameters<typeof createHealth>[0] = {}) {
  const health = createHealth({ clock: createVirtualClock(), ...options });
  const index = health.resource("index", { load: () => ({}), refreshEvery: "30s" });
  return { health, index };
}

describe("a Lambda handler behind the probes", () => {
  const event = { rawPath: "/status", rawQueryString: "", headers: {}, requestContext: { http: { method: "GET" } } };

  test("is handed events that are no HTTP, with all that came along", () => {
    const { health } = ready({ refresh: onRequest() });
    const handler = lambda.probes(health, (...all: unknown[]) => all);
    for (const other of [{ Records: [] }, { detail: {}, source: "aws.events" }, {}, null, undefined, "text", 3])
      expect(handler(other, "context", "callback")).toEqual([other, "context", "callback"]);
  });

  test("answers in the shape of the event", async () => {
    const { health, index } = ready();
    await index.get();
    const headers = {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "content-length": "10",
      "health-state": "READY",
    };
    expect(await lambda.probes(health)(event)).toEqual({
      statusCode: 200,
      headers,
      body: "I-AM-ALIVE",
      isBase64Encoded: false,
    });
    const multi = {
      httpMethod: "HEAD",
      path: "/status/",
      multiValueHeaders: { accept: ["*/*"] },
      requestContext: { elb: {} },
    };
    expect(await lambda.probes(health)(multi)).toEqual({
      statusCode: 200,
      multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      body: "",
      isBase64Encoded: false,
    });
  });

  test("is handed events that are no probe as they came, their body encoded or not", () => {
    const seen: unknown[] = [];
    const handler = lambda.probes(ready({ refresh: onRequest() }).health, (one: unknown) => void seen.push(one));
    const upload = { ...event, rawPath: "/upload", body: "AAEC", isBase64Encoded: true, cookies: ["a=b"] };
    const copy = structuredClone(upload);
    void handler(upload);
    expect(seen).toEqual([copy]);
    expect(seen[0]).toBe(upload);
  });

  test("behind a guard is refused a queue's event by a rejection: what is returned would delete it", async () => {
    const health = createHealth({ clock: createVirtualClock(), refresh: onRequest() });
    const index = health.resource("index", { load: () => Promise.reject(new Error("down")) });
    const handler = lambda.guard(index)(() => "done");
    await expect(handler({ Records: [{ body: "x" }] })).rejects.toThrow("is not loaded or is too old");
    expect(await handler(event)).toMatchObject({ statusCode: 503 });
  });

  test("is 404 where there is none", async () => {
    expect(await lambda.probes(ready().health)({ ...event, rawPath: "/other" })).toMatchObject({
      statusCode: 404,
      body: "",
    });
  });

  test("lets the probe wait for the load it starts, as long as it may", async () => {
    const { health } = ready({ refresh: onRequest({ probeWait: "1s" }) });
    expect(await lambda.probes(health)(event)).toMatchObject({ statusCode: 200 });
  });
});
