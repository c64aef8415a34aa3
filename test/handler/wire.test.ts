import { expect, test } from "vitest";
import { createHealth } from "../../src/index.ts";
import { createScriptedLoader, createVirtualClock } from "../../src/testing/index.ts";

async function read(response: Response): Promise<[number, string, Record<string, string>]> {
  return [response.status, await response.text(), Object.fromEntries(response.headers)];
}

test("smoke: a life", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const loader = createScriptedLoader<object>();
  const index = health.resource("index", { load: loader.load, refreshEvery: "30s", staleAfter: "65s" });
  const ask = (path: string) => read(health.fetch(new Request(`http://x${path}`)));
  console.log(await ask("/status"), clock.timers, loader.calls.length);
  await clock.settle();
  console.log(await ask("/status"), clock.timers, loader.calls.length);
  loader.last.succeed({});
  await clock.settle();
  console.log(await ask("/status"), index.snapshot());
  await clock.advance(30_000);
  console.log(loader.calls.length, index.snapshot().state);
  loader.last.fail();
  await clock.advance(36_000);
  console.log(await ask("/status"), await ask("/status/live"), await ask("/status/startup"), index.snapshot());
  health.drain();
  console.log(await ask("/status"));
  await health.close();
  console.log(await ask("/status"), clock.timers);
  expect(1).toBe(1);
});
