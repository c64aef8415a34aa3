// npm run test:runtimes [part of a place's name …]: the contract in every place, on the real runtime.
import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";

const only = process.argv.slice(2);
const wanted = (name) => !only.length || only.some((part) => name.includes(part));

const at = (path) => new URL(`../../${path}`, import.meta.url).pathname;

/** What the runtimes and frameworks are installed from; none of it is in the root's lock file. */
const TOOLS = {
  runtimes: "Bun, Deno, workerd, edge-runtime: 370 MB",
  nodes: "Node 22 and 24: 370 MB",
  frameworks: "the frameworks, and the types of the platforms: 50 MB",
};

for (const [folder, what] of Object.entries(TOOLS)) {
  const installed = at(`tools/${folder}/node_modules/.package-lock.json`);
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(at(`tools/${folder}/package-lock.json`)).mtimeMs)
    continue;
  console.log(`installing tools/${folder} (${what})`);
  try {
    execFileSync("npm", ["ci", "--no-audit", "--no-fund"], {
      cwd: at(`tools/${folder}`),
      stdio: ["ignore", "ignore", "inherit"],
    });
  } catch {
    console.log(`tools/${folder} cannot be installed: what needs it is skipped`);
  }
}

// Only now, for these look for what was installed as they are imported.
const { runContract } = await import("./contract.mjs");
const { runCold } = await import("./cold.mjs");
const { runFreeze } = await import("./freeze.mjs");
const { findGaps, judgeTheJudge } = await import("./judge.mjs");
const { runHttpSources } = await import("../source/http/runtime/run.mjs");
const { DATES, Missing, PLACES, TABLE } = await import("./places.mjs");
const { checkTypes, dryRun, runProcesses, TYPES } = await import("./process.mjs");

/** Place, and what came of it. */
const rows = new Map();

/** Says how long a part took, because the table comes only at the end. */
async function timed(name, run) {
  const began = performance.now();
  await run();
  console.log(`${name}: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
}

const rowOf = (place) => rows.get(place) ?? rows.set(place, { passed: 0, failed: [], skipped: new Map() }).get(place);
const skip = (row, reason) => row.skipped.set(reason, (row.skipped.get(reason) ?? 0) + 1);

async function runPlace({ place, mode, open }) {
  const row = rowOf(place);
  let opened;
  try {
    opened = await open();
    rows.set(place, await runContract(TABLE, { place, mode, ...opened }));
  } catch (error) {
    if (error instanceof Missing) skip(row, error.message);
    else row.failed.push(String(error.stack));
  } finally {
    await opened?.end();
  }
}

for (const one of PLACES.filter(({ place }) => wanted(place))) await timed(one.place, () => runPlace(one));

const note = (place, name, result) => {
  const row = rowOf(place);
  if (result instanceof Missing) skip(row, result.message);
  else if (result instanceof Error) row.failed.push(`${name}: ${result.message}`);
  else row.passed++;
  if (typeof result === "string") notes.push(`${place}: ${name}: ${result}`);
};
const notes = [];

const attempt = async (run) => run();
for (const [name, run] of Object.entries({ judgeTheJudge, findGaps }))
  if (wanted("the judge itself"))
    note("the judge itself", name, await attempt(() => run(TABLE)).catch((error) => error));
for (const date of DATES)
  if (wanted(`workerd, ${date}, cold`))
    await timed(`workerd, ${date}, cold`, () =>
      runCold(date, (name, result) => note(`workerd, ${date}, cold`, name, result)),
    );
await timed("Lambda freeze", () => runFreeze(note, wanted));
await timed("fromHttp", () => runHttpSources(note, wanted));
await timed("the process", () =>
  runProcesses((runtime, name, result) => note(`${runtime}, the process`, name, result), only),
);
for (const name of TYPES)
  if (wanted("types of the platforms"))
    note("types of the platforms", name, await checkTypes(name).catch((error) => error));
if (wanted("Deno, publish --dry-run"))
  note("Deno, publish --dry-run", "it could be published", await dryRun().catch((error) => error));

const total = { passed: 0, failed: 0, skipped: 0 };
const width = Math.max(...[...rows.keys()].map((place) => place.length));
const reasons = new Map();
console.log(`\n${"runtime".padEnd(width)}  passed  failed  skipped`);
for (const [place, { passed, failed, skipped }] of rows) {
  const left = [...skipped.values()].reduce((sum, count) => sum + count, 0);
  total.passed += passed;
  total.failed += failed.length;
  total.skipped += left;
  console.log(
    `${place.padEnd(width)}  ${String(passed).padStart(6)}  ${String(failed.length).padStart(6)}  ${String(left).padStart(7)}`,
  );
  for (const [reason, count] of skipped) {
    const known = reasons.get(reason) ?? { count: 0, places: [] };
    reasons.set(reason, { count: known.count + count, places: [...known.places, place] });
  }
}
if (reasons.size) console.log("\nskipped, and why");
for (const [reason, { count, places }] of reasons)
  console.log(`${String(count).padStart(6)}  ${reason} (${places.join("; ")})`);
for (const line of notes) console.log(line);
for (const [place, { failed }] of rows) for (const line of failed.slice(0, 20)) console.log(`FAILED ${place}: ${line}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
// What a place left behind must not hold this process.
process.exit(total.failed ? 1 : 0);
