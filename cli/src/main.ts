#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import process from "node:process";
import { runCommand } from "./command/run.ts";
import { connectStore } from "./fleet/connect.ts";
import { ask } from "./io/ask.ts";
import type { Io } from "./io/io.ts";
import { whenReaderLeaves } from "./io/reader.ts";
import { judgeInThreads, simulateInThreads } from "./threads.ts";

// A reader that has seen enough closes the pipe, as `head` does. That is no failure of ours.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(process.exitCode);
  });

const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const version = typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : "";

let isInterrupted = false;
/** A question that is under way ends at an interrupt too. */
const interrupts = new AbortController();
let interrupt = (): void => {};

let isWatching = false;

/**
 * Waits. From the first call on, an interrupt ends the wait instead of the process, so that the screen is given back. The
 * end of the reader of standard output is an interrupt too.
 */
function pause(ms: number): Promise<boolean> {
  if (!isWatching) {
    isWatching = true;
    process.on("SIGINT", endWatch);
    whenReaderLeaves(endWatch);
  }
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      resolve(!isInterrupted);
    };
    const timer = setTimeout(end, isInterrupted ? 0 : ms);
    interrupt = end;
  });
}

function endWatch(): void {
  isInterrupted = true;
  interrupts.abort();
  interrupt();
}

const io: Io = {
  // Reading at once is several times as fast as through the pool of threads, for a thousand small files.
  read: async (file) => (file === "-" ? await text(process.stdin) : readFileSync(file, "utf8")),
  write: (file, content) => writeFile(file, content),
  fetch: (url, accept) => ask(url, accept, interrupts.signal),
  out: (line) => process.stdout.write(line),
  err: (line) => process.stderr.write(line),
  fleet: {
    connect: connectStore,
    env: (name) => process.env[name],
  },
  columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  isWatched: process.stderr.isTTY,
  terminal: process.stdout.isTTY
    ? () => ({
        columns: process.stdout.columns,
        rows: process.stdout.rows,
        // https://no-color.org
        hasColour: !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb",
      })
    : undefined,
  now: () => new Date(),
  pause,
  version: String(version),
};

process.exitCode = await runCommand(process.argv.slice(2), io, {
  judgeMany: judgeInThreads,
  simulateMany: simulateInThreads,
});
