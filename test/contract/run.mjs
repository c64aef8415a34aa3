// node test/contract/run.mjs http://127.0.0.1:8080 [place]: the table against any implementation.
import { readFileSync } from "node:fs";
import { runContract } from "./contract.mjs";
import { httpSender } from "./http.mjs";

const [base, place = "it"] = process.argv.slice(2);
if (!base) throw new Error("usage: node test/contract/run.mjs <base URL> [place]");
const table = JSON.parse(readFileSync(new URL("cases.json", import.meta.url), "utf8"));
const sender = httpSender(base);
const { passed, failed, skipped } = await runContract(table, { place, ...sender });
sender.end();
for (const line of failed) console.log(`FAILED ${line}`);
const left = [...skipped.values()].reduce((sum, count) => sum + count, 0);
for (const [reason, count] of skipped) console.log(`skipped ${count}: ${reason}`);
console.log(`${passed} passed, ${failed.length} failed, ${left} skipped`);
process.exitCode = failed.length ? 1 : 0;
