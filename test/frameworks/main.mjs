// npm run test:frameworks [example …]: each example built for production, started, and held against the contract.
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { promisify } from "node:util";
import { withDeadline } from "../contract/deadline.mjs";
import { at, Missing, RUNTIMES } from "../contract/places.mjs";
import { checkExample } from "./check.mjs";
import { EXAMPLES } from "./example.mjs";
import { QUIET } from "./server.mjs";

const run = promisify(execFile);

/** How long an example's installation, its build and its whole life may take, each. */
const PATIENCE_MS = 180_000;
const only = process.argv.slice(2);

const isThere = (runtime) =>
  runtime in RUNTIMES ? RUNTIMES[runtime].command[0] : existsSync(at(`tools/runtimes/node_modules/${runtime}`));

/** Installs an example from its lock file, unless it is there, and puts the package in as it is published. */
async function install(folder) {
  const marker = `${folder}/node_modules/.package-lock.json`;
  const lock = `${folder}/package-lock.json`;
  if (!existsSync(marker) || statSync(marker).mtimeMs < statSync(lock).mtimeMs)
    await run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder, timeout: PATIENCE_MS }).catch(({ stderr }) => {
      // A lock file that does not fit its manifest is a fault of ours; a registry that cannot be reached is none.
      if (stderr.includes("EUSAGE")) throw new Error(stderr);
      throw new Missing(`npm ci failed: ${stderr.trim().split("\n").at(-1)}`);
    });
  // A link would lead bundlers out of the example, to the package's sources and tools.
  const own = `${folder}/node_modules/health-state`;
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own);
  for (const part of ["dist", "package.json"]) cpSync(at(part), `${own}/${part}`, { recursive: true });
}

async function build(folder, [file, ...args]) {
  const env = { ...process.env, ...QUIET, NODE_ENV: "production" };
  await run(file, args, { cwd: folder, env, maxBuffer: 1e8, timeout: PATIENCE_MS }).catch(({ stdout, stderr }) => {
    throw new Error(`the build failed: ${`${stdout}\n${stderr}`.slice(-3_000)}`);
  });
}

// Whatever is running or edited is put right as the process exits.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

const names = Object.keys(EXAMPLES).filter((name) => !only.length || only.includes(name));
const width = Math.max(...names.map((name) => name.length));
const total = { passed: 0, failed: 0, skipped: 0 };
for (const name of names) {
  const { folder = name, build: command, runtime, extra, ...example } = EXAMPLES[name];
  const cwd = at(`examples/${folder}`);
  const began = Date.now();
  const lines = [];
  let verdict;
  try {
    if (runtime && !isThere(runtime)) throw new Missing(`${runtime} is not installed: npm ci --prefix tools/runtimes`);
    if (existsSync(`${cwd}/package-lock.json`)) await install(cwd);
    if (command) await build(cwd, command);
    const check = checkExample({ ...example, cwd });
    const { passed, failed, skipped, note, output } = await withDeadline("the example", PATIENCE_MS, check);
    for (const promise of extra ?? []) {
      try {
        lines.push(await withDeadline("the promise", PATIENCE_MS, promise(cwd)));
      } catch (error) {
        failed.push(error.message);
      }
    }
    for (const [reason, count] of skipped) lines.push(`${count} skipped: ${reason}`);
    lines.push(...failed.slice(0, 20).map((fault) => `FAILED ${fault}`));
    if (failed.length && output) lines.push(output.slice(-2_000));
    verdict = failed.length ? "failed" : "passed";
    lines.unshift(`${passed} cases passed, ${failed.length} failed; ${note}`);
  } catch (error) {
    verdict = error instanceof Missing ? "skipped" : "failed";
    lines.push(error instanceof Missing ? error.message : String(error.stack));
  }
  total[verdict]++;
  const seconds = Math.round((Date.now() - began) / 1_000);
  console.log(`${name.padEnd(width)}  ${verdict}  ${`${seconds} s`.padStart(5)}  ${lines.shift()}`);
  for (const line of lines) console.log(`${" ".repeat(width)}  ${line}`);
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
// An example that was given up must not hold this process.
process.exit(total.failed ? 1 : 0);
