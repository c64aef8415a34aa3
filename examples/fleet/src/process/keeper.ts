// Runs one program that is not ours, and ends it together with the demo, however that ends:
//   node keeper.js <program> [argument …]
import { spawn } from "node:child_process";

const [program = "", ...given] = process.argv.slice(2);
const child = spawn(program, given, { stdio: ["ignore", "ignore", "inherit"] });
child.once("error", (error) => {
  console.error(error.message);
  process.exit(1);
});
child.once("exit", (code) => process.exit(code ?? 1));

// The channel closes with the demo, also where that was killed and could say nothing.
process.once("disconnect", () => child.kill("SIGKILL"));
// A terminal sends its signals to every process. This one waits for the demo.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
