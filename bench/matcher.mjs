// node bench/matcher.mjs [hashes] [look-ups a second] [rounds]     what a rebuild of the matcher's index does to the service
// It starts a PostgreSQL server of its own, and measures for minutes. Adds a section to matcher.md.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { createBank } from "../examples/matcher/dist/db/bank-store.js";
import { openPostgres } from "../examples/matcher/dist/db/postgres.js";
import { migrate } from "../examples/matcher/dist/db/schema.js";
import { generatedHash } from "../examples/matcher/dist/seed/generated-hash.js";
import { probed } from "./probed.mjs";

// One way alone with WAYS=thread,stored. TRACE=1 tells every turn of more than 10 ms, and what it was.
const WAYS = {
  none: "nothing is built",
  main: "at once on the main thread",
  sliced: "in slices of 15 ms",
  thread: "`offThread()`",
  stored: "`offThread()`, and a `fileStore()`",
};
const BUILDS = 3;
/** These stand still for so long that one round tells it. */
const ONCE = ["main", "sliced"];
const PART = 20_000;
const [hashes = 1_000_000, perSecond = 2_000, rounds = 5] = process.argv.slice(2).map(Number);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** A server of the tests' kind. */
async function startDatabase() {
  const folder = mkdtempSync(join(tmpdir(), "matcher-bench-"));
  const outfile = join(folder, "cluster.mjs");
  await build({
    entryPoints: [here("../test/source/kit/cluster.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
  });
  const { postgresBinaries, startCluster } = await import(pathToFileURL(outfile).href);
  rmSync(folder, { recursive: true });
  const binaries = postgresBinaries();
  if (binaries === undefined) throw new Error("neither initdb nor postgres is installed");
  return startCluster(binaries);
}

/** One completed build, and as many more as are loaded afterwards, each as the indexer would have packed it. */
async function fill(database, copies) {
  await migrate(database);
  await createBank(database, "bench");
  const insert = "insert into index_build (built_to, pdq_size) values (1, $1) returning id";
  const [{ id: first }] = await database.query(insert, [hashes]);
  const part = Buffer.alloc(PART * 40);
  for (let from = 0; from < hashes; from += PART) {
    const count = Math.min(PART, hashes - from);
    for (let row = 0; row < count; row++) {
      part.writeUInt32BE(from + row + 1, row * 40);
      part.writeUInt32BE(1, row * 40 + 4);
      part.write(generatedHash(from + row), row * 40 + 8, "hex");
    }
    await database.query("insert into index_part values ($1, 'pdq', $2, $3)", [
      first,
      from / PART,
      part.subarray(0, count * 40),
    ]);
  }
  for (let copy = 0; copy < copies; copy++) {
    const [{ id }] = await database.query(insert, [hashes]);
    await database.query(
      "insert into index_part select $1::int, signal_type, part, data from index_part where build_id = $2::int",
      [id, first],
    );
  }
  return first;
}

async function measure(way, url) {
  const args = [here("servers/matcher.mjs"), way, String(hashes), String(perSecond), String(BUILDS)];
  const env = { ...process.env, DATABASE_URL: url };
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], env });
  const result = await probed(child);
  if (result.found < 1 || result.generation !== (way === "none" ? 1 : 1 + BUILDS))
    throw new Error(`${way} did not do what is measured: ${JSON.stringify(result)}`);
  return result;
}

const sorted = (values) => [...values].sort((a, b) => a - b);
const middle = (values) => sorted(values)[values.length >> 1];
const cell = (values) =>
  values.includes(null)
    ? "–"
    : [...new Set([sorted(values)[0], middle(values)])].map((ms) => `${ms.toFixed(0)} ms`).join(", ");

/** Puts the rows so far into the page, so that what was measured is kept if the rest is not. */
function writePage(rows) {
  const place = new URL("matcher.md", import.meta.url);
  const title = `## ${hashes.toLocaleString("en")} hashes, ${perSecond.toLocaleString("en")} look-ups a second\n`;
  const section = `${title}
${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}, load average ${loadavg()[0]?.toFixed(1)}, ${rounds} round${rounds === 1 ? "" : "s"}.

| how the index is built | longest stall: best, median | CPU time of one turn, at most | wait for a processor in one turn, at most | slowest probe: best, median | one build | look-ups a second | resident, at most |
|---|---|---|---|---|---|---|---|
${rows.join("\n")}
`;
  const [head, ...others] = readFileSync(place, "utf8").split(/^(?=## )/m);
  const kept = others.filter((one) => !one.startsWith(title)).map((one) => `${one.trimEnd()}\n`);
  writeFileSync(place, [`${head.trimEnd()}\n`, ...kept, section].join("\n"));
}

const cluster = await startDatabase();
const rows = [];
try {
  const database = openPostgres(cluster.url, console.error);
  const first = await fill(database, BUILDS);
  for (const [way, what] of Object.entries(WAYS)) {
    if (process.env.WAYS && !process.env.WAYS.split(",").includes(way)) continue;
    const seen = [];
    for (let round = 0; round < (ONCE.includes(way) ? 1 : rounds); round++) {
      await database.query("update index_build set completed_at = case when id = $1 then now() end", [first]);
      seen.push(await measure(way, cluster.url));
      console.log(way, seen.at(-1));
    }
    const of = (name) => seen.map((one) => one[name]);
    rows.push(
      `| ${what} | ${cell(of("stallMs"))} | ${cell(of("turnMs"))} | ${cell(of("waitMs"))} | ${cell(of("slowestMs"))} | ${middle(of("buildMs")).toFixed(0)} ms | ${middle(of("lookups"))} | ${middle(of("rssMB"))} MB |`,
    );
    writePage(rows);
  }
  await database.close();
} finally {
  await cluster.remove();
}
