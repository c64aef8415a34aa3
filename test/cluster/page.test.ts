import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { transform } from "esbuild";
import { expect, test } from "vitest";
import { ROOT } from "../repo/tree.ts";
import { freePort, until } from "../source/kit/process.ts";

const BUILD = `import { packedMap } from "health-state/packed";
export default () => packedMap({ keys: "string", values: "float64" }).pack([["apple", 1]]);`;

/** The complete program of the page, with places of its own. Each worker prints its process id. */
async function programIn(folder: string): Promise<string> {
  const page = readFileSync(join(ROOT, "docs/guide/servers.md"), "utf8");
  const [, code = ""] = /^### A complete program$[^]*?^```ts$([^]*?)^```$/m.exec(page) ?? [];
  const own = code
    .replace("5100", String(await freePort()))
    .replace("8081", "0")
    .replace("/run/app", folder)
    .replace("/var/lib/app", folder);
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules/health-state"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "build-prices.js"), BUILD);
  const file = join(folder, "service.js");
  const { code: script } = await transform(own, { loader: "ts" });
  writeFileSync(file, `${script}if (cluster.isWorker) console.log(process.pid);`);
  return file;
}

test("the complete program replaces a worker that crashes, but not in a drain, and then ends", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hs-"));
  const pids: number[] = [];
  const env = { ...process.env, NODE_ENV: "test" }; // the drain has no delay
  const primary = spawn(process.execPath, [await programIn(folder)], { env, stdio: ["ignore", "pipe", "inherit"] });
  createInterface(primary.stdout).on("line", (line) => pids.push(Number(line)));
  try {
    await until("four workers run", () => pids.length === 4);
    process.kill(pids[0] ?? NaN, "SIGKILL");
    await until("another one replaces it", () => pids.length === 5);
    process.kill(pids[1] ?? NaN, "SIGSTOP");
    let ended: number | null | undefined;
    primary.once("exit", (code) => (ended = code));
    primary.kill("SIGTERM");
    // The others end. This one hangs in its drain until it is killed, as the kernel does when memory is short.
    await until("the others have ended", () => [0, 2, 3, 4].every((at) => !isAlive(pids[at] ?? NaN)));
    process.kill(pids[1] ?? NaN, "SIGKILL");
    await until("the primary has ended", () => ended !== undefined);
    expect([ended, pids.length]).toEqual([0, 5]);
  } finally {
    primary.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
