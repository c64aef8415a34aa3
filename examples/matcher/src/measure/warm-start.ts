import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createMatcher } from "../matcher.ts";

const HASHES = 1_000_000;
const ROUNDS = 5;

const main = join(dirname(dirname(fileURLToPath(import.meta.url))), "main.js");

/** Prints how long the service takes from the start of its process to READY, with a store and without one. */
async function measure(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "matcher-"));
  const storePath = join(folder, "index.lkg");
  // With a refresh each five minutes, the stored index is fresh in every round.
  const environment = {
    PORT: "0",
    DATA_FOLDER: join(folder, "pglite"),
    PICTURES: "",
    HASHES: String(HASHES),
    REFRESH_EVERY: "5m",
  };
  try {
    console.log("filling the database …");
    await startOnce({ ...environment, STORE: storePath }, async () => {
      while (!(await stat(storePath).catch(() => undefined))) await new Promise((resolve) => setTimeout(resolve, 200));
    });
    console.log(`the store holds ${((await stat(storePath)).size / 2 ** 20).toFixed(0)} MiB`);
    const cold = await rounds(() => startOnce({ ...environment, STORE: "" }));
    const warm = await rounds(() => startOnce({ ...environment, STORE: storePath }));
    const plain = await rounds(() => readOnce(storePath));
    const ours = await rounds(() => restoreOnce(storePath));
    console.log(`process start to READY, without a store: ${textOf(cold)} ms`);
    console.log(`process start to READY, with a store:    ${textOf(warm)} ms`);
    console.log(`of it the restore, with its check:       ${textOf(ours)} ms`);
    console.log(`the same bytes read and not checked:     ${textOf(plain)} ms`);
    // The least of each, because others may hold the processors.
    console.log(`a start with a store takes 1/${((cold[0] ?? NaN) / (warm[0] ?? NaN)).toFixed(1)} of the time`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The times of all rounds, the shortest first. */
async function rounds(once: () => Promise<number>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await once());
  return times.sort((a, b) => a - b);
}

function textOf(times: readonly number[]): string {
  return times.map((ms) => ms.toFixed(0)).join(", ");
}

/** Starts the service, and ends it when it was READY. @returns ms until READY */
async function startOnce(environment: Readonly<Record<string, string>>, then?: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, DATABASE_URL: "", DRAIN_DELAY: "0ms", ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const readyMs = await new Promise<number>((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (/200 I-AM-ALIVE \(READY\)|\bREADY[, ]/.test(text)) resolve(performance.now() - startedAt);
    });
    child.once("exit", () => reject(new Error(`the service ended:\n${text}`)));
  });
  await then?.();
  child.kill("SIGTERM");
  await exited;
  return readyMs;
}

/** Reads the file as `node:fs` does: what new memory of this size and its bytes cost on this machine. @returns ms */
async function readOnce(storePath: string): Promise<number> {
  const startedAt = performance.now();
  await readFile(storePath);
  return performance.now() - startedAt;
}

/** Restores the index in this process, with no database at all. @returns ms from the start to READY */
async function restoreOnce(storePath: string): Promise<number> {
  const { health, index } = createMatcher({
    database: { query: () => new Promise(() => {}), onBuild() {}, close: async () => {} },
    roles: { matcher: true, curator: false },
    storePath,
  });
  const startedAt = performance.now();
  health.start();
  await index?.get();
  const ms = performance.now() - startedAt;
  await health.close();
  return ms;
}

await measure();
