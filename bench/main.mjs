// npm run bench [-- name…]   measures, and writes results.md when all are measured
// npm run bench -- name… --add   puts the rows of some measures into results.md, in place of those that it has of them
// npm run bench:check        measures, and compares with budget.json
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { inFleet } from "./fleet-probe.mjs";
import { http } from "./http.mjs";
import { probe, read, seeing, tell, weight, year } from "./inside.mjs";
import { coldImport, size } from "./outside.mjs";
import { pinned, processors } from "./server.mjs";
import { background, bunServe, denoServe, hono, node, peers, workerd } from "./servers.mjs";
import { reached } from "./stats.mjs";

const INSIDE = { probe, read, tell, seeing, fleet: inFleet, year, weight, http, size, coldImport };
const SERVERS = { node, peers, hono, bun: bunServe, deno: denoServe, workerd, background };
const MEASURES = { ...INSIDE, ...SERVERS };
const given = process.argv.slice(2);
const check = given.includes("--check");
const add = given.includes("--add");
const names = given
  .filter((name) => name !== "--check" && name !== "--add")
  .flatMap((name) => (name === "servers" ? Object.keys(SERVERS) : name));
const unknown = names.find((name) => !(name in MEASURES));
if (unknown) {
  console.error(
    `There is no measure ${JSON.stringify(unknown)}; there are: ${Object.keys(MEASURES).join(" ")} servers`,
  );
  process.exit(2);
}

const file = (name) => new URL(name, import.meta.url);
const figure = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2));
const spread = ({ low, high, rounds }) => (rounds > 1 ? `${figure(low)} – ${figure(high)}` : "");
const verdict = (row) => ({ true: "yes", false: "**no**", undefined: "" })[String(reached(row))];

/** One row of the table. */
function lineOf(row) {
  if (row.skipped) return `| ${row.id} | | skipped: ${row.skipped} | | | |`;
  const reach = row.reach ? `${row.reach[0] === "<=" ? "at most" : "under"} ${row.reach[1]}` : "";
  return `| ${row.measure} | ${row.against} | ${figure(row.median)} ${row.unit} | ${spread(row)} | ${reach} | ${verdict(row)} |${row.note ? ` ${row.note} |` : " |"}`;
}

/** A table with some rows. A row stands in the place of the one that measured the same, or else at the end. */
function withRows(text, added) {
  const keyOf = (line) => line.split("|").slice(1, 3).join("|");
  const fresh = new Map(added.map((line) => [keyOf(line), line]));
  const kept = text.trimEnd().split("\n");
  const replaced = kept.map((line) => {
    const next = fresh.get(keyOf(line));
    fresh.delete(keyOf(line));
    return next ?? line;
  });
  return `${[...replaced, ...fresh.values()].join("\n")}\n`;
}

const rows = [];
for (const [name, measure] of Object.entries(MEASURES)) {
  if (names.length && !names.includes(name)) continue;
  for (const row of await measure()) {
    rows.push(row);
    if (row.skipped) console.log(`${row.id.padEnd(26)} skipped: ${row.skipped}`);
    else
      console.log(
        `${row.id.padEnd(26)} ${figure(row.median).padStart(8)} ${row.unit.padEnd(8)} ${spread(row)}  ${verdict(row)}  ${row.note}`,
      );
  }
}

if (check) {
  const budget = JSON.parse(readFileSync(file("budget.json"), "utf8"));
  const over = rows.filter(({ id, median = 0 }) => median > (budget[id] ?? Infinity));
  for (const { id, median, unit } of over)
    console.error(`${id}: ${figure(median)} ${unit}, the budget is ${budget[id]}`);
  console.log(over.length ? `${over.length} over budget` : "all within budget");
  process.exitCode = over.length ? 1 : 0;
} else if (add) {
  const text = readFileSync(file("results.md"), "utf8");
  writeFileSync(file("results.md"), withRows(text, rows.map(lineOf)));
} else if (!names.length) {
  const machine = {
    processor: `${processors} × ${cpus()[0]?.model.trim()}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    pinned: pinned ? "on different processors" : "on the same processors",
    load: figure(loadavg()[0] ?? 0),
  };
  const lines = rows.map(lineOf);
  writeFileSync(
    file("results.md"),
    `# Results

${machine.processor}, ${machine.memory}, ${machine.system}, Node ${machine.node}. Load average at the end: ${machine.load}.

Client and servers ran ${machine.pinned}. [README.md](README.md) explains the method.

- A quarter of the rounds gave a smaller value than the range *middle half*, and a quarter gave a larger one.
- \`0.90 ×\` means 10 % less than what the column *compared with* names.
- *goal* is what we want to reach. The limits of \`npm run bench:check\` are in \`budget.json\`, and can differ.
- The last column has two servers: \`A beside B\`. A is the server in the column *measure*, and B the one in the column
  *compared with*. \`79 k/s\` means 79,000 requests a second.
- The *core* is an application with \`createHealth()\`, one resource and \`fetch\`, as a minified bundle.

| measure | compared with | median | middle half | goal | reached | CPU time of a request, requests a second |
|---|---|---|---|---|---|---|
${lines.join("\n")}
`,
  );
}
