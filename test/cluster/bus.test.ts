import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createSocketBus, type Bus } from "../../src/cluster/bus.ts";
import { NOTHING_LOADED } from "../../src/cluster/group.ts";
import type { WorkerMessage } from "../../src/cluster/worker-message.ts";
import { until } from "../source/kit/process.ts";

const SILENT = { readiness: NOTHING_LOADED, startup: NOTHING_LOADED };
let scratch: string;
let folder: string;
const open: Bus[] = [];
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "hs-"));
  folder = join(scratch, "workers");
});
afterEach(async () => {
  for (const bus of open.splice(0)) await bus.close();
  rmSync(scratch, { recursive: true });
});

/** One process, and what it hears of the others: who said what last. */
function enter(): { readonly bus: Bus; readonly heard: Map<string, WorkerMessage["type"]>; beat(): void } {
  const heard = new Map<string, WorkerMessage["type"]>();
  const bus = createSocketBus(folder, join(folder, "workers.sock"), {
    message: ({ from, type }) => void heard.set(from, type),
    known: () => [],
    own: (from) => ({ type: "beat", from, ...SILENT, hasStarted: false, isRunning: false }),
    renewed: () => {},
  });
  open.push(bus);
  bus.tell();
  return { bus, heard, beat: bus.tell };
}

test("one that leaves while it comes has left for good: those who come later do not hear of it", async () => {
  const gone = [enter(), enter()];
  await Promise.all(gone.map(({ bus }) => bus.close()));
  const [one, two] = [enter(), enter()];
  await until("they hear each other", () => {
    for (const each of [...gone, one, two]) each.beat();
    return [one, two].every(({ heard }) => heard.size > 0);
  });
  expect([...one.heard.keys(), ...two.heard.keys()]).toEqual([two.bus.id, one.bus.id]);
  for (const { bus } of [one, two]) await bus.close();
  expect(readdirSync(folder)).toEqual([]);
});

test("one that leaves says so, whether it holds the socket or not, and hears no more", async () => {
  const those = [enter(), enter(), enter()];
  for (const { heard, beat } of those)
    await until("each hears the other two", () => {
      for (const one of those) one.beat();
      beat();
      return heard.size === 2;
    });
  while (those.length > 1) {
    const gone = those.shift();
    if (!gone) return;
    await gone.bus.close();
    gone.heard.clear();
    for (const { heard } of those) await until("the others hear it", () => heard.get(gone.bus.id ?? "") === "gone");
    for (const [at, { heard, beat }] of those.entries()) {
      heard.clear();
      await until("the others go on", () => {
        for (const one of those) one.beat();
        beat();
        return heard.size === those.length - 1;
      });
      expect([at, [...gone.heard]]).toEqual([at, []]);
    }
  }
});

test("a state is the one of the moment at which it is sent, however long the join takes", async () => {
  const heard: (string | undefined)[] = [];
  let isOld = true;
  const make = (message: (message: WorkerMessage) => void): Bus => {
    const bus = createSocketBus(folder, join(folder, "workers.sock"), {
      message,
      known: () => [],
      own: (from) => ({ type: "beat", from, ...SILENT, hasStarted: isOld, isRunning: false }),
      renewed: () => {},
    });
    open.push(bus);
    return bus;
  };
  const slow = make(() => {});
  slow.tell();
  isOld = false;
  // It comes while the first one waits until it holds the socket for certain.
  const quick = make((message) => {
    if (message.type === "beat" && message.from === slow.id) heard.push(message.hasStarted ? "old" : "new");
  });
  await until("the first one has said more than its greeting", () => {
    quick.tell();
    return heard.length > 1;
  });
  expect(heard).not.toContain("old");
});
