import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bytes } from "../../src/store/bytes.ts";
import { fileStore } from "../../src/store/file/file-store.ts";
import { ROOT } from "../repo/tree.ts";
import { contextOf, scratch } from "./kit.ts";

const KILLS = process.env["DEEP"] ? 1_000 : 30;
/** How many processes are killed beside each other. */
const LANES = 2 * availableParallelism();
const SIZE = 200_000;

/** The built package in a folder of its own, so that a build in the middle of a long run takes nothing away. */
const built = mkdtempSync(join(tmpdir(), "health-state-kill-"));
const entry = pathToFileURL(join(built, "src/source/file/index.js"));
beforeAll(() => {
  cpSync(join(ROOT, "dist/src"), join(built, "src"), { recursive: true });
  writeFileSync(join(built, "package.json"), JSON.stringify({ type: "module" }));
});
afterAll(() => rmSync(built, { recursive: true, force: true }));

async function start(path: string, name: string): Promise<ChildProcess> {
  const args = [join(ROOT, "test/store/saver.mjs"), entry.href, path, String(SIZE), name];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve, reject) => {
    child.stdout?.once("data", resolve);
    child.once("exit", (code) => reject(new Error(`the process ended with ${code} before it had saved`)));
  });
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

/** The revision that is stored, once the value is known to be the whole of it. */
async function restoreWhole(path: string): Promise<string> {
  const context = contextOf({ source: undefined, now: Date.now() });
  const restored = await fileStore(path, { codec: bytes() }).restore(context);
  // The first save is done when a saver says so: there is always something whole.
  if (!restored || "ignored" in restored) throw new Error(`nothing whole: ${JSON.stringify(restored)}`);
  const [, fill] = (restored.revision ?? "").split(" ");
  expect(restored.value.length).toBe(SIZE);
  expect(Buffer.compare(restored.value, new Uint8Array(SIZE).fill(Number(fill)))).toBe(0);
  return restored.revision ?? "";
}

/** Kills one process after the other on one path, as long as there are kills left. Gives the revisions that stayed. */
async function killInTurn(left: () => number): Promise<readonly string[]> {
  const path = join(scratch(), "rates.lkg");
  const seen: string[] = [];
  for (let round = left(); round > 0; round = left()) {
    const child = await start(path, `${round}`);
    await sleep(Math.random() * 30);
    await kill(child);
    seen.push(await restoreWhole(path));
  }
  return seen;
}

test(
  `a process killed at ${KILLS} random moments while it saves leaves a whole value`,
  { timeout: 60_000 + KILLS * 6_000 },
  async () => {
    let kills = KILLS;
    // Beside each other, because most of a round is the start of a process.
    const lanes = await Promise.all(Array.from({ length: LANES }, () => killInTurn(() => kills--)));
    const seen = lanes.flat();
    expect(seen.length).toBe(KILLS);
    expect(new Set(seen).size).toBeGreaterThan(1);
  },
);

test("two processes on one path: what is read meanwhile is always whole", async () => {
  const path = join(scratch(), "rates.lkg");
  const savers = await Promise.all([start(path, "a"), start(path, "b")]);
  const writers = new Set<string | undefined>();
  for (const until = Date.now() + (process.env["DEEP"] ? 30_000 : 1_500); Date.now() < until;)
    writers.add((await restoreWhole(path)).split(" ")[0]);
  await Promise.all(savers.map(kill));
  expect(writers).toEqual(new Set(["a", "b"]));
  // The temporary files of the two that were killed at most.
  expect(readdirSync(join(path, "..")).length).toBeLessThanOrEqual(4);
});
