import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { read } from "../repo/tree.ts";
import { until } from "../source/kit/process.ts";
import { noWorkerd, runWorker, toAnswer, type Flare } from "./worker.ts";

const LOADED = ["plain", "seeded", "stored", "packed", "set", "versioned"];

async function open(text: string, options: object): Promise<{ flare: Flare; end(): Promise<void> }> {
  const flare = await runWorker(text, options);
  let ended: Promise<void> | undefined;
  // It throws if it is called again.
  const end = (): Promise<void> => (ended ??= flare.dispose());
  onTestFinished(end);
  return { flare, end };
}

describe.skipIf(noWorkerd)("the module scope of a Worker", () => {
  test.each(["2026-04-01", "2024-09-01"])("may make all of the library, on workerd of %s", async (date) => {
    const { flare } = await open(read("test/contract/app/module-scope.mjs"), { compatibilityDate: date });
    // The first request: nothing was loaded before it.
    const live = await flare.dispatchFetch("http://x/app/livez");
    expect([live.status, await live.text()]).toEqual([200, "UP"]);
    const answer = await flare.dispatchFetch("http://x/data");
    expect([answer.status, await answer.json()]).toEqual([
      200,
      {
        states: LOADED.map((name) => [name, "READY", true, true]),
        isProbe: false,
        decides: "function",
        gate: "object",
      },
    ]);
    expect((await flare.dispatchFetch("http://x/app/status")).status).toBe(200);
  });
});

describe.skipIf(noWorkerd)("the Worker of docs/guide/places.md", () => {
  const [, text = ""] = /^```ts worker\n([\s\S]*?)^```$/m.exec(read("docs/guide/places.md")) ?? [];

  test("answers, saves in KV, and answers from KV while its source is down", async () => {
    const folder = mkdtempSync(join(tmpdir(), "health-state-worker-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const options = { compatibilityDate: "2026-04-01", kvNamespaces: ["RATES"], kvPersist: folder };
    const { flare: up, end } = await open(text, { ...options, outboundService: () => toAnswer('[["EUR", 0.93]]') });
    expect(await (await up.dispatchFetch("http://x/EUR")).json()).toBe(0.93);
    expect((await up.dispatchFetch("http://x/status")).status).toBe(200);
    const namespace = await up.getKVNamespace("RATES");
    // It is saved behind the answer.
    await until("it is saved", async () => (await namespace.get("rates")) !== null);
    await end();
    const { flare: down } = await open(text, { ...options, outboundService: () => toAnswer("down", 503) });
    expect(await (await down.dispatchFetch("http://x/EUR")).json()).toBe(0.93);
    expect((await down.dispatchFetch("http://x/status")).status).toBe(200);
  });
});
