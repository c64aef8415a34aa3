// What a runtime does with the process: it ends when idle, drains on a signal, and takes the package.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { Agent, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { at, Missing, RUNTIMES, start } from "./places.mjs";

const run = promisify(execFile);

/** What should end by itself does so long before this. */
const PATIENCE_MS = 15_000;

/** How long npm, the compiler and Deno's check may take. */
const INSTALL_MS = 120_000;

function expect(is, must, what) {
  if (JSON.stringify(is) !== JSON.stringify(must))
    throw new Error(`${what} is ${JSON.stringify(is)}, must be ${JSON.stringify(must)}`);
}

/** One request; `undefined` for a connection that was refused. */
function ask(port, path, agent = false) {
  return new Promise((resolve, reject) => {
    const request = get({ host: "127.0.0.1", port, path, agent, timeout: PATIENCE_MS }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk) => (body += chunk));
      response.on("end", () => resolve({ status: response.statusCode, body })).on("error", reject);
    });
    request.on("error", (error) => (error.code === "ECONNREFUSED" ? resolve(undefined) : reject(error)));
    request.on("timeout", () => request.destroy(new Error(`${path} has no answer after ${PATIENCE_MS} ms`)));
  });
}

/** Asks until the answer is the one that is waited for. */
async function until(port, path, matches) {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask(port, path);
    if (matches(answer)) return answer;
    if (performance.now() > end) throw new Error(`${path} still answers ${JSON.stringify(answer)}`);
    await pause(20);
  }
}

async function exitOf({ child, exited, output }) {
  const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  const [code, signal] = await exited;
  clearTimeout(late);
  if (code !== 0) throw new Error(`it ended with ${code ?? signal}: ${output()}`);
}

/** What a promise started; all of it ends with the promise, also with one that is broken. */
const started = new Set();

async function open(command, env) {
  const running = await start(command, env);
  started.add(running);
  return running;
}

const drain = (command, delay, deadline) =>
  open([...command, at("test/contract/process/drain.mjs"), String(delay), String(deadline)]);

/** What every runtime with a process promises. */
const PROMISES = {
  "an idle registry does not hold the process": async (command) => {
    const [file, ...args] = command;
    const { stdout } = await run(file, [...args, at("test/contract/process/idle.mjs")], { timeout: PATIENCE_MS });
    expect(stdout.trim(), "200", "what it printed");
  },

  "SIGTERM under keep-alive load loses not one request": async (command) => {
    const running = await drain(command, 1_500, 10_000);
    const { port, child } = running;
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    const counts = { answered: 0, lost: [] };
    let sending = true;
    // Eight clients, forty requests a second each, each on a connection that it keeps as long as it may.
    const client = async () => {
      while (sending) {
        const answer = await ask(port, "/work", agent).catch((error) => ({ status: error.code }));
        if (answer?.status === 200) counts.answered++;
        else counts.lost.push(answer?.status ?? "refused");
        await pause(20);
      }
    };
    const clients = Array.from({ length: 8 }, client);
    try {
      await pause(500);
      child.kill("SIGTERM");
      const refusal = await until(port, "/status", (answer) => answer?.status !== 200);
      expect(refusal, { status: 503, body: "INDEX-DRAINING" }, "readiness");
      expect(await ask(port, "/status/live"), { status: 200, body: "I-AM-ALIVE" }, "liveness");
      // A balancer takes its time to move on; the delay covers it.
      await pause(700);
    } finally {
      sending = false;
      await Promise.all(clients);
      agent.destroy();
    }
    expect(counts.lost, [], "what was lost");
    if (counts.answered < 200) throw new Error(`the load was ${counts.answered} requests, too few to say anything`);
    await exitOf(running);
    return `${counts.answered} requests`;
  },

  "a second signal cuts the delay short": async (command) => {
    const running = await drain(command, 60_000, 120_000);
    running.child.kill("SIGTERM");
    await until(running.port, "/status", (answer) => answer?.status === 503);
    // Within a second it would be the first one again.
    await pause(1_100);
    running.child.kill("SIGTERM");
    await exitOf(running);
  },

  "a signal that comes twice within milliseconds is one, and ends nothing early": async (command) => {
    const running = await drain(command, 800, 10_000);
    running.child.kill("SIGTERM");
    await pause(3);
    running.child.kill("SIGTERM");
    await until(running.port, "/status", (answer) => answer?.status === 503);
    await pause(300);
    expect((await ask(running.port, "/work"))?.status, 200, "what is served through the delay");
    await exitOf(running);
  },

  "a drain shorter than a second survives the signal's second coming": async (command) => {
    const running = await drain(command, 0, 5_000);
    running.child.kill("SIGTERM");
    await pause(3);
    running.child.kill("SIGINT");
    await exitOf(running);
  },

  "two servers drain one health: the data serves until the last has finished, and then close runs": async (command) => {
    const running = await drain(command, 300, 10_000);
    const admin = Number(/^port \d+ (\d+)/m.exec(running.output())[1]);
    const slow = ask(running.port, "/slow");
    await until(admin, "/status", (answer) => answer?.status === 200);
    running.child.kill("SIGTERM");
    await until(admin, "/status", (answer) => answer?.status === 503);
    expect(await slow, { status: 200, body: "data" }, "what was in flight on the other server");
    await exitOf(running);
    expect(running.output().split("\n").slice(1), ["close", ""], "what it printed then");
  },

  "without leave to read the environment the delay has its default": async (command) => {
    // Deno alone has such leaves.
    const strict = command.flatMap((part) => (part === "-A" ? ["--allow-net", "--allow-read"] : part));
    const running = await open([...strict, at("test/contract/process/drain.mjs")], { NODE_ENV: "production" });
    running.child.kill("SIGTERM");
    await until(running.port, "/status", (answer) => answer?.status === 503);
    await pause(1_100);
    expect((await ask(running.port, "/work"))?.status, 200, "what is served through the delay");
    running.child.kill("SIGTERM");
    await exitOf(running);
  },

  "the deadline ends what hangs": async (command) => {
    const running = await drain(command, 200, 600);
    const hanging = ask(running.port, "/hang").then(
      () => "answered",
      () => "cut",
    );
    await until(running.port, "/status", (answer) => answer?.status === 200);
    running.child.kill("SIGTERM");
    await exitOf(running);
    expect(await hanging, "cut", "the request that hangs");
  },
};

/** Runs every promise on every runtime: `(place, name, result)` is told of each. */
export async function runProcesses(tell, only) {
  const packed = await pack();
  try {
    for (const [runtime, { command }] of Object.entries(RUNTIMES)) {
      if (only.length && !only.some((part) => `${runtime}, the process`.includes(part))) continue;
      const installed = {
        "the packed tarball imports": async ([file, ...args]) => {
          const { stdout } = await run(file, [...args, join(packed, "import.mjs")], {
            cwd: packed,
            timeout: PATIENCE_MS,
          });
          expect(stdout.trim(), "503 INDEX-NOT-LOADED", "what it printed");
        },
      };
      for (const [name, promise] of Object.entries({ ...PROMISES, ...installed })) {
        if (!command[0]) {
          tell(runtime, name, new Missing(`${runtime} is not installed`));
          continue;
        }
        try {
          tell(runtime, name, await promise(command));
        } catch (error) {
          tell(runtime, name, error instanceof Error ? error : new Error(String(error)));
        } finally {
          await Promise.all([...started].map((running) => running.end()));
          started.clear();
        }
      }
    }
  } finally {
    await rm(packed, { recursive: true, force: true });
  }
}

/** Packs the package and installs it, alone, in a folder of its own. */
async function pack() {
  const folder = await mkdtemp(join(tmpdir(), "health-state-"));
  const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: at("."),
    timeout: INSTALL_MS,
  });
  const [{ filename }] = JSON.parse(stdout);
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--omit=optional", `./${filename}`], {
    cwd: folder,
    timeout: INSTALL_MS,
  });
  await copyFile(at("test/contract/process/import.mjs"), join(folder, "import.mjs"));
  return folder;
}

/** The adapters, against the own types of what they are for. */
export const TYPES = ["node", "bun", "deno", "cloudflare"];

/** Whether what the frameworks and runtimes declare takes what the adapters give. */
export async function checkTypes(name) {
  if (!existsSync(at("tools/frameworks/node_modules"))) throw new Missing("tools/frameworks is not installed");
  const tsc = at("node_modules/typescript/bin/tsc");
  const project = at(`tools/frameworks/types/tsconfig.${name}.json`);
  await run(process.execPath, [tsc, "-p", project], { timeout: INSTALL_MS }).catch(({ stdout, message }) => {
    throw new Error(stdout || message);
  });
}

/** Whether the source as it stands could be published for Deno: its declarations are fast, its imports resolve. */
export async function dryRun() {
  const [deno] = RUNTIMES.Deno.command;
  if (!deno) throw new Missing("Deno is not installed: npm ci --prefix tools/runtimes");
  const copy = await mkdtemp(join(tmpdir(), "health-state-"));
  try {
    for (const part of ["src", "adapters", "LICENSE"]) await cp(at(part), join(copy, part), { recursive: true });
    const { version, exports, devDependencies } = JSON.parse(await readFile(at("package.json"), "utf8"));
    const entries = Object.entries(exports).filter(([, entry]) => typeof entry !== "string");
    const source = ({ default: built }) => built.replace("./dist/", "./").replace(/\.js$/, ".ts");
    const manifest = {
      name: "@health-state/health-state",
      version,
      exports: Object.fromEntries(entries.map(([name, entry]) => [name, source(entry)])),
      imports: { hono: `npm:hono@${devDependencies.hono}` },
      compilerOptions: { lib: ["es2022", "esnext.disposable", "dom"] },
    };
    await writeFile(join(copy, "deno.json"), JSON.stringify(manifest));
    await run(deno, ["publish", "--dry-run", "--allow-dirty"], {
      cwd: copy,
      timeout: INSTALL_MS,
      env: { ...process.env, NO_COLOR: "1" },
    });
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
