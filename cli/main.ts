import { readFile, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import process from "node:process";
import { runCommand } from "./run.ts";

process.exitCode = await runCommand(process.argv.slice(2), {
  read: (file) => (file === "-" ? text(process.stdin) : readFile(file, "utf8")),
  write: (file, content) => writeFile(file, content),
  fetch: async (url, accept) => {
    const response = await fetch(url, { headers: { accept }, redirect: "error", signal: AbortSignal.timeout(10_000) });
    return { contentType: response.headers.get("content-type") ?? "", body: await response.text() };
  },
  out: (line) => process.stdout.write(line),
  err: (line) => process.stderr.write(line),
});
