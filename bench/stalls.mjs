// node bench/stalls.mjs [entries]     how long the event loop stands still while a large value is built, five ways
// It measures for minutes and needs a machine of its own, so it is no part of `npm run bench`. Writes stalls.md.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { PROBE_MS, probe, probed } from "./probed.mjs";

const WAYS = {
  none: "nothing is built",
  main: "`Map`, at once on the main thread",
  sliced: "`Map`, in slices of 15 ms",
  "worker-map": "`Map`, posted from a worker",
  "worker-bytes": "packed, transferred from a worker",
  "off-thread": "packed, `offThread()`",
};
const [entries = "1000000"] = process.argv.slice(2);
const server = (name) => fileURLToPath(new URL(`servers/${name}.mjs`, import.meta.url));
const started = (file, args) => spawn(process.execPath, [file, ...args], { stdio: ["ignore", "pipe", "inherit"] });

/** From the start of a process to its first answered probe, the median of several. */
async function firstAnswer(name) {
  const times = [];
  for (let round = 0; round < 9; round++) {
    const began = performance.now();
    const child = started(server(name), ["none", "1"]);
    const [port] = await once(createInterface(child.stdout), "line");
    await probe(Number(port));
    times.push(performance.now() - began);
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  return times.sort((one, other) => one - other)[4];
}

/** JSON has no NaN: the platform cannot tell. */
const ms = (value) => (value === null ? "–" : `${value.toFixed(0)} ms`);
const rows = [];
for (const [way, what] of Object.entries(WAYS)) {
  const { stallMs, turnMs, waitMs, buildMs, lookups, heapMB, rssMB, slowestMs } = await probed(
    started(server("stalls"), [way, entries]),
  );
  rows.push(
    `| ${what} | ${stallMs.toFixed(0)} ms | ${ms(turnMs)} | ${ms(waitMs)} | ${slowestMs.toFixed(0)} ms | ${buildMs.toFixed(0)} ms | ${lookups} | ${heapMB} MB | ${rssMB} MB |`,
  );
  console.log(rows.at(-1));
}
const first = { bare: await firstAnswer("stalls-bare"), ours: await firstAnswer("stalls-start") };
console.log(first);
writeFileSync(
  new URL("stalls.md", import.meta.url),
  `# Stalls

\`node bench/stalls.mjs\` writes this page. A service looks up 2,000 keys a second in a value of
${Number(entries).toLocaleString("en")} entries, with keys of 32 characters. Meanwhile, it builds the value three times, one build after the other.

| how the value is built | meaning |
|---|---|
| nothing is built | only the look-ups, to show what the machine does without a build |
| \`Map\`, at once on the main thread | one loop fills a \`Map\` |
| \`Map\`, in slices of 15 ms | the loop pauses every 15 ms, so that requests can run |
| \`Map\`, posted from a worker | a worker thread builds the \`Map\` and posts it, which copies each entry |
| packed, transferred from a worker | a worker thread writes all entries into one array of bytes (\`packedMap()\`) and transfers it without a copy |
| packed, \`offThread()\` | the same, with \`offThread()\` of the library |

| column | what was measured |
|---|---|
| longest stall | the maximum of \`monitorEventLoopDelay({ resolution: 1 })\` |
| CPU time of one turn | how long the main thread computed between two runs of a timer of 1 ms |
| wait for a processor in one turn | how long the main thread could not run, because other threads and programs used all processors |
| slowest probe | the slowest answer of \`/status/live\` from the main thread. Another process requests it every ${PROBE_MS} ms |
| one build | how long one build takes, with a pause of 100 ms after it. If nothing is built, it is a pause of 2 s |
| heap, resident | the largest memory, measured every 10 ms. During a build, it contains the old value and the new one |

Linux counts CPU time and waits in steps of up to 4 ms.

${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}, load average ${loadavg()[0]?.toFixed(1)}:

| how the value is built | longest stall | CPU time of one turn, at most | wait for a processor in one turn, at most | slowest probe | one build | look-ups a second | heap, at most | resident, at most |
|---|---|---|---|---|---|---|---|---|
${rows.join("\n")}

A process needs ${first.ours?.toFixed(0)} ms from its start to its first answered probe with \`createHealth()\` and \`probes()\`, and
${first.bare?.toFixed(0)} ms with \`node:http\` alone. Both are medians of nine starts.
`,
);
