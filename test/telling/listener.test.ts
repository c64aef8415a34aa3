import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { createHealth, loaded, unchanged, type Health } from "../../src/index.ts";
import { createVirtualClock } from "../../src/testing/index.ts";

type LogAndCount = (health: Health, log: (line: string) => void, counters: Record<string, number>) => () => void;

const page = readFileSync(new URL("../../docs/reference/events.md", import.meta.url), "utf8");
const [, code = ""] = /```js\n([^]*?)```/.exec(page) ?? [];

async function listenerOfThePage(): Promise<LogAndCount> {
  const made: unknown = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  // SAFETY: the page exports it, or the test fails.
  return (made as { readonly logAndCount: LogAndCount }).logAndCount;
}

test("the listener of the page is ten lines of work", () => {
  expect(code.trim().split("\n").length).toBeLessThanOrEqual(12);
});

test("the listener of the page writes a right log and right counters for every way in which a load can end", async () => {
  const logAndCount = await listenerOfThePage();
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  const script: (() => unknown)[] = [
    () => loaded({ id: 1 }, { revision: 1 }),
    () => unchanged(),
    () => loaded({ id: 2 }, { revision: "2" }),
    () => {
      throw new Error("the source is down");
    },
    () => loaded({ isBad: true }, { revision: "3" }),
    () => new Promise(() => {}),
    () => loaded({ id: 4 }, { revision: "4" }),
  ];
  const index = health.resource<object>("index", {
    load: async () => {
      await new Promise<void>((resolve) => clock.setTimer(resolve, 250, false));
      // SAFETY: each line of the script is what a loader may do.
      return script.shift()?.() as object;
    },
    validate: (next) => !("isBad" in next),
    timeout: "5s",
  });
  const lines: string[] = [];
  const counters: Record<string, number> = {};
  const leave = logAndCount(health, (line) => lines.push(line), counters);
  health.start();
  await clock.advance(250);
  while (script.length) {
    void index.reload();
    await clock.advance("6s");
  }
  health.drain({ delayMs: 10_000 });
  await clock.settle();
  expect(lines).toEqual([
    "readiness changed from INDEX-NOT-LOADED to I-AM-ALIVE",
    "startup changed from INDEX-NOT-LOADED to I-AM-ALIVE",
    "index loaded in 250 ms, attempt 1, revision 1",
    "index unchanged in 250 ms, attempt 1, revision 1",
    "index loaded in 250 ms, attempt 1, revision 2",
    "index failed in 250 ms, attempt 1, revision undefined: the source is down",
    "index rejected in 250 ms, attempt 2, revision 3: validate returned false for the new value",
    "index timed-out in 5000 ms, attempt 3, revision undefined: the load took longer than its timeout of 5000 ms",
    "index loaded in 250 ms, attempt 4, revision 4",
    "draining: the server keeps serving for 10000 ms",
    "readiness changed from I-AM-ALIVE to INDEX-DRAINING",
  ]);
  expect(counters).toEqual({
    "index loaded": 3,
    "index unchanged": 1,
    "index failed": 1,
    "index rejected": 1,
    "index timed-out": 1,
  });
  leave();
  await health.close();
});

test("an event, printed as a whole in any way, never shows the data", async () => {
  const clock = createVirtualClock();
  const health = createHealth({ clock });
  health.resource("index", { load: () => ({ secret: "hunter2" }) });
  const printed: string[] = [];
  health.subscribe((event) => printed.push(JSON.stringify(event), inspect(event, { depth: 9 }), inspect({ ...event })));
  health.start();
  await clock.settle();
  expect(printed.length).toBeGreaterThan(6);
  expect(printed.join("\n")).not.toContain("hunter2");
  await health.close();
});
