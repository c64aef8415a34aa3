// <runtime> process.mjs <base> <other> <runtime's name>: prints the results as one line of JSON.
import { runAll } from "./cases.mjs";

const [base, other, runtime] = globalThis.process.argv.slice(2);
// Our timers do not hold a process, so that one in which nothing else happens would end.
const hold = setInterval(() => {}, 1_000);
const results = await runAll(base, other, runtime);
clearInterval(hold);
// Nothing else ends the process: with a socket or a holding timer left it would run into its timeout.
console.log(`results ${JSON.stringify(results)}`);
