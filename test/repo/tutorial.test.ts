import { execFile, spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { FILES, read, ROOT } from "./tree.ts";

type Program = ChildProcessByStdio<null, Readable, Readable>;

const TUTORIALS = FILES.filter((file) => file.startsWith("docs/tutorial/"));

const folder = mkdtempSync(join(tmpdir(), "health-state-tutorial-"));
mkdirSync(join(folder, "node_modules"));
symlinkSync(ROOT, join(folder, "node_modules/health-state"));
writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
afterAll(() => rmSync(folder, { recursive: true }));

/** The code between the fences of a language. */
function fencedIn(page: string, language: string): readonly string[] {
  return [...read(page).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, code = ""]) =>
    name === language ? [code] : [],
  );
}

/** Makes every server listen on a free port in place of its own, and print that port. */
const PRELOAD = `import { Server } from "node:net";
const { listen } = Server.prototype;
Server.prototype.listen = function (_port, ...rest) {
  this.once("listening", () => console.log(this.address().port));
  return listen.call(this, { port: 0, host: "127.0.0.1" }, ...rest);
};
`;
writeFileSync(join(folder, "preload.mjs"), PRELOAD);

/** Starts a program with a server. */
async function startServer(name: string, code: string): Promise<{ child: Program; port: number }> {
  writeFileSync(join(folder, name), code);
  const child = spawn(process.execPath, ["--import", "./preload.mjs", name], {
    cwd: folder,
    // In the environment of a test, a drain would not wait.
    env: { ...process.env, NODE_ENV: "production" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit").then(() => Promise.reject(new Error(`${name} ended before it listened`)));
  const [line] = await Promise.race([once(createInterface(child.stdout), "line"), ended]);
  ended.catch(() => {});
  return { child, port: Number(line) };
}

test("every loader of a tutorial checks the status, and cancels a body that it does not read", () => {
  const loaders = TUTORIALS.flatMap((page) =>
    [...fencedIn(page, "ts"), ...fencedIn(page, "js")].filter((code) => /\n.*\n.*fetch\(/.test(code)),
  );
  expect(loaders.length).toBeGreaterThan(5);
  expect(loaders.filter((code) => !code.includes("response.ok") || !code.includes(".cancel()"))).toEqual([]);
});

describe("docs/tutorial/write-a-loader.md", () => {
  const page = "docs/tutorial/write-a-loader.md";
  const [source = ""] = fencedIn(page, "js");
  const steps = fencedIn(page, "ts");
  const [first = ""] = steps;
  const [, rest = ""] = first.split("const health = ");

  /** The program of a step: the function `load` of the first step is replaced, as the page says. */
  const programs = steps.map((code) => {
    if (code === first) return code;
    const [, names = "", load = ""] = /^import \{ (.*) \} from "health-state";\n([\s\S]*)$/.exec(code) ?? [];
    return `import { createHealth, ${names} } from "health-state";\n${load}\nconst health = ${rest}`;
  });

  const VALUE = "Map(1) { 'USD' => 1.08 }";

  test("has steps that compile, and that print what the page says", async () => {
    const { child, port } = await startServer("versions.js", source);
    try {
      for (const [index, program] of programs.entries())
        writeFileSync(join(folder, `step-${index + 1}.ts`), program.replaceAll(":5200/", `:${port}/`));
      const compilerOptions = {
        module: "nodenext",
        target: "es2022",
        strict: true,
        skipLibCheck: true,
        lib: ["es2022", "esnext.disposable", "dom"],
        types: ["node"],
        typeRoots: [join(ROOT, "node_modules/@types")],
      };
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["step-*.ts"] }));
      await promisify(execFile)(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", folder]);
      const printed = await Promise.all(
        programs.map(async (_program, index) => {
          const { stdout } = await promisify(execFile)(process.execPath, [join(folder, `step-${index + 1}.js`)]);
          return stdout.trimEnd().split("\n");
        }),
      );
      expect(printed).toEqual([
        ["loaded undefined", VALUE, "loaded undefined"],
        ['loaded "v1"', VALUE, 'loaded "v1"'],
        ['loaded "v1"', VALUE, 'unchanged "v1"'],
        ['loaded "v1"', VALUE, 'unchanged "v1"'],
        ["loaded undefined", VALUE, "loaded undefined"],
        ["loaded undefined", VALUE, "loaded undefined"],
      ]);
      expect(read(page)).toContain(`loaded undefined\n${VALUE}\nloaded undefined\n`);
    } finally {
      child.kill();
    }
  });
});

describe("docs/tutorial/first-service.md", () => {
  const page = "docs/tutorial/first-service.md";
  const [main = ""] = fencedIn(page, "js");
  const [, source = ""] = /^node -e '(.*)'$/m.exec(read(page)) ?? [];

  test("has a service that answers as the page says: without its source, with it, and in the drain", async () => {
    let sourcePort: number | undefined;
    // In front of the source, so that nobody else takes its port before it runs.
    const front = createServer((socket) => {
      socket.on("error", () => {});
      // Not before the request has come, because fetch connects again and again while it cannot send.
      if (sourcePort === undefined) socket.once("data", () => socket.destroy());
      else socket.pipe(connect(sourcePort, "127.0.0.1").on("error", () => {})).pipe(socket);
    }).listen(0, "127.0.0.1");
    await once(front, "listening");
    // SAFETY: a server on TCP has such an address.
    const { port: frontPort } = front.address() as AddressInfo;
    const service = await startServer("main.js", main.replace(":5200/", `:${frontPort}/`));
    const running: Program[] = [service.child];
    const ask = async (path: string): Promise<string> => {
      const answer = await fetch(`http://127.0.0.1:${service.port}${path}`);
      return `${answer.status} ${(await answer.text()).trimEnd()}`;
    };
    const warnings = createInterface(service.child.stderr)[Symbol.asyncIterator]();
    const nextWarning = async (): Promise<string> => String((await warnings.next()).value);
    try {
      expect(await nextWarning()).toMatch(
        /^health-state: loading "rates" failed at attempt 1: fetch failed \(.+\)\. The next attempt is in [\d.]+ s\. /,
      );
      expect([await ask("/status"), await ask("/status/live")]).toEqual(["503 INDEX-NOT-LOADED", "200 I-AM-ALIVE"]);
      expect(await ask("/")).toMatch(/^503 /);

      const { child, port } = await startServer("source.cjs", source);
      running.push(child);
      sourcePort = port;
      const recovery = 'health-state: loading "rates" succeeded again.';
      expect([await nextWarning(), read(page).includes(`\n${recovery}\n`)]).toEqual([recovery, true]);
      expect([await ask("/status"), await ask("/")]).toEqual(["200 I-AM-ALIVE", "200 1.08"]);

      service.child.kill("SIGINT");
      while ((await ask("/status")) !== "503 INDEX-DRAINING");
      expect([await ask("/status/live"), await ask("/")]).toEqual(["200 I-AM-ALIVE", "200 1.08"]);
    } finally {
      for (const child of running) child.kill("SIGKILL");
      front.close();
    }
  });
});
