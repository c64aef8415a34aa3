import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "./helper/free-port.ts";

const EXAMPLE = dirname(dirname(fileURLToPath(import.meta.url)));
let folder: string;

beforeAll(async () => {
  const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  execFileSync(process.execPath, [compiler, "-p", EXAMPLE], { stdio: "inherit" });
  folder = await mkdtemp(join(tmpdir(), "feeds-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the program until `/rates` has answered 200, and stops it. @returns the answer */
async function ratesOf(environment: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(process.execPath, [join(EXAMPLE, "dist", "main.js")], {
    env: { ...process.env, PORT: "0", REDIS_URL: "", STORE: join(folder, "rates.lkg"), ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  let origin: string | undefined;
  for await (const chunk of child.stdout) {
    origin = /http:\/\/127\.0\.0\.1:\d+/.exec(String(chunk))?.[0];
    if (origin !== undefined) break;
  }
  let rates = "";
  await expect
    .poll(
      async () => {
        const answer = await fetch(`${origin}/rates`, { headers: { connection: "close" } });
        rates = await answer.text();
        return answer.status;
      },
      { timeout: 30_000 },
    )
    .toBe(200);
  child.kill("SIGTERM");
  await exited;
  return rates;
}

test("with a source that is down from the start, the value of the last process is served", async () => {
  const environment = { RATES_PORT: String(await freePort()) };
  const before = await ratesOf(environment);
  expect(before).toContain('"EUR":');
  expect(await ratesOf({ ...environment, BROKEN: "rates" })).toBe(before);
});
