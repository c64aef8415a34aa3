// node bench/blocked.mjs       what a kubelet sees while the main thread computes for 29 s, and for 31 s
// It blocks for a minute in all, so it is no part of `npm run bench`. Every runtime that can run it says the same.
import { once } from "node:events";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";

const service = fileURLToPath(new URL("servers/blocked.mjs", import.meta.url));
const [runtime = process.execPath, ...args] = process.argv.slice(2);

for (const seconds of [29, 31]) {
  const child = spawn(runtime, [...args, service, String(seconds)], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface(child.stdout);
  const [port] = await once(lines, "line");
  let hasEnded = false;
  lines.once("line", () => (hasEnded = true));
  const seen = [];
  let slowestMs = 0;
  for (const began = performance.now(); !hasEnded; await sleep(100)) {
    const asked = performance.now();
    const headers = { connection: "close" };
    const body = await fetch(`http://127.0.0.1:${port}/status/live`, { headers }).then((answer) => answer.text());
    slowestMs = Math.max(slowestMs, performance.now() - asked);
    if (seen.at(-1)?.body !== body) seen.push({ body, atMs: Math.round(asked - began) });
  }
  console.log(`blocked for ${seconds} s:`, JSON.stringify(seen), `slowest probe ${slowestMs.toFixed(0)} ms`);
  child.kill("SIGKILL");
  await once(child, "exit");
}
