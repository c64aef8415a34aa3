import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { missing } from "../seeing/kit.ts";
import { createProject, programsOf, run, startReceiver, type Receiver, type Running } from "./kit.ts";

const PROGRAMS = programsOf("docs/guide/recipes.md");

describe.skipIf(missing !== undefined)("docs/guide/recipes.md", () => {
  const project = createProject("seeing");
  const stops: (() => unknown)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  afterAll(() => project.remove());

  async function start(name: string, env: Readonly<Record<string, string>> = {}): Promise<Running> {
    const running = await run(project.folder, PROGRAMS.get(name) ?? "", env, name);
    stops.push(() => running.stop());
    return running;
  }

  async function receive(status?: number): Promise<Receiver> {
    const receiver = await startReceiver(status);
    stops.push(() => receiver.stop());
    return receiver;
  }

  test("has a program for each recipe", () => {
    expect([...PROGRAMS.keys()]).toEqual(["pino", "otlp", "prometheus", "sentry", "kubernetes", "stale", "revision"]);
  });

  test("pino: a failed load is a line of JSON", async () => {
    const { printed } = await start("pino");
    const line = JSON.parse(await printed(/^\{.*"event":"failed".*\}$/m)) as Record<string, unknown>;
    expect(line).toMatchObject({ level: 50, resource: "rates", attempt: 1, error: "no route to host" });
  });

  test("otlp: the collector is sent the metrics and a span", async () => {
    const collector = await receive();
    const shorter = PROGRAMS.get("otlp")?.replace("15_000", "200") ?? "";
    const running = await run(project.folder, shorter, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: "100",
    });
    stops.push(() => running.stop());
    const metrics = await collector.received(
      (path, body) => path === "/v1/metrics" && body.includes("health_state.loads"),
    );
    expect(metrics.body).toContain("health_state.resource.age");
    const traces = await collector.received((path) => path === "/v1/traces");
    expect(traces.body).toContain("load rates");
  });

  test("prometheus: /metrics has the metrics, beside the probes", async () => {
    const { get } = await start("prometheus");
    await get("/status");
    const answer = await get("/metrics");
    expect(answer.headers.get("content-type")).toContain("text/plain");
    const body = await answer.text();
    expect(body).toContain('health_state_resource_size{resource="rates"} 1');
    expect(body).toContain("health_state_ready 1");
    expect((await get("/else")).status).toBe(404);
  });

  test("sentry: the third failure in a row is sent, with its tags", async () => {
    const sentry = await receive();
    await start("sentry", { SENTRY_DSN: `${sentry.url.replace("//", "//key@")}/1` });
    const { body } = await sentry.received((_path, sent) => sent.includes("no route to host"));
    expect(body).toContain('"resource":"rates"');
    expect(body).toContain('"fingerprint":["health-state","rates","failed"]');
  });

  test("kubernetes: the API server is told of each change of readiness", async () => {
    const api = await receive();
    const file = join(project.folder, "token");
    writeFileSync(file, "secret-token");
    await start("kubernetes", {
      KUBERNETES_API: api.url,
      TOKEN_FILE: file,
      POD_NAME: "rates-1",
      POD_NAMESPACE: "shop",
      POD_UID: "u-1",
    });
    const { path, body, auth } = await api.received((_path, sent) => sent.includes("Readiness"));
    expect([path, auth]).toEqual(["/api/v1/namespaces/shop/events", "Bearer secret-token"]);
    expect(JSON.parse(body)).toMatchObject({
      kind: "Event",
      type: "Normal",
      reason: "Readiness",
      message: "INDEX-NOT-LOADED is now I-AM-ALIVE",
      involvedObject: { kind: "Pod", name: "rates-1", namespace: "shop", uid: "u-1" },
    });
  });

  test.each(["kubernetes", "stale"])("%s: a refused request is printed, and the service continues", async (name) => {
    const receiver = await receive(403);
    const file = join(project.folder, "token");
    writeFileSync(file, "secret-token");
    const { get, printed } = await start(name, {
      KUBERNETES_API: receiver.url,
      TOKEN_FILE: file,
      WEBHOOK: receiver.url,
    });
    expect(await printed(/the .* answered 403/)).toBeDefined();
    expect((await get("/status")).status).toBe(200);
  });

  test("stale: a message is sent while readiness still answers 200, and the header says STALE", async () => {
    const hook = await receive();
    const { get } = await start("stale", { WEBHOOK: hook.url });
    const { body } = await hook.received(() => true);
    expect(body).toContain("rates is stale, and still served.");
    const answer = await get("/status");
    expect([answer.status, answer.headers.get("health-state")]).toEqual([200, "STALE"]);
  });

  test("revision: the answer and the span name the revision", async () => {
    const { get, printed } = await start("revision");
    await get("/status");
    const answer = await get("/rates");
    expect([await answer.text(), answer.headers.get("x-rates-revision")]).toEqual(["1.08", "2026-11-29"]);
    expect(await printed(/'app\.rates\.revision': '2026-11-29'/)).toBeDefined();
  });
});
