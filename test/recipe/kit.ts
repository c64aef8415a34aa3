import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { read, ROOT } from "../repo/tree.ts";

/** The programs of a page, by the word behind the language of their fence. */
export function programsOf(page: string): ReadonlyMap<string, string> {
  const blocks = read(page).matchAll(/^```js (\S[^\n]*)\n([\s\S]*?)^```$/gm);
  return new Map([...blocks].map(([, name = "", code = ""]) => [name, code]));
}

/** A folder in which the packages of some folders of tools/, and this one, can be imported. */
export function createProject(...tools: readonly string[]): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "health-state-recipe-"));
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  symlinkSync(ROOT, join(modules, "health-state"));
  for (const tool of tools) {
    const from = join(ROOT, "tools", tool, "node_modules");
    for (const name of existsSync(from) ? readdirSync(from).filter((entry) => !entry.startsWith(".")) : []) {
      if (!name.startsWith("@")) link(join(from, name), join(modules, name));
      else
        for (const scoped of readdirSync(join(from, name))) {
          mkdirSync(join(modules, name), { recursive: true });
          link(join(from, name, scoped), join(modules, name, scoped));
        }
    }
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

function link(from: string, to: string): void {
  if (!existsSync(to)) symlinkSync(from, to);
}

/** A program that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  /** Everything that it printed. */
  output(): string;
  /** Asks it until it answers; `undefined` for the body alone. */
  get(path: string): Promise<Response>;
  /** Waits until it has printed something. */
  printed(pattern: RegExp): Promise<string>;
  stop(): Promise<void>;
}

/** A port that nobody uses now. */
export async function freePort(): Promise<number> {
  const probe = createTcpServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  // SAFETY: a server on TCP has such an address.
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

/** Runs a program of a page, on a port of its own. */
export async function run(
  folder: string,
  code: string,
  env: Readonly<Record<string, string>> = {},
  name = "program",
): Promise<Running> {
  const port = await freePort();
  const file = join(folder, `${name}-${port}.mjs`);
  writeFileSync(file, code.replaceAll("5100", `${port}`));
  const child = spawn(process.execPath, [file], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  const url = `http://127.0.0.1:${port}`;
  return {
    child,
    url,
    output: () => output,
    async get(path) {
      for (;;) {
        const answer = await fetch(url + path).catch(() => undefined);
        if (answer) return answer;
        if (child.exitCode !== null) throw new Error(`the program has ended: ${output}`);
      }
    },
    async printed(pattern) {
      for (;;) {
        const [found] = pattern.exec(output) ?? [];
        if (found !== undefined) return found;
        if (child.exitCode !== null) throw new Error(`the program has ended: ${output}`);
        await Promise.race([once(child.stdout, "data"), once(child.stderr, "data"), once(child, "exit")]);
      }
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

/** A server that keeps what it is sent. */
export interface Receiver {
  readonly url: string;
  /** Waits for a request that is looked for. */
  received(matches: (path: string, body: string) => boolean): Promise<{ path: string; body: string; auth: string }>;
  stop(): void;
}

export async function startReceiver(status = 200): Promise<Receiver> {
  const got: { path: string; body: string; auth: string }[] = [];
  const waiting = new Set<() => void>();
  const server: Server = createServer(async (request, response) => {
    got.push({ path: request.url ?? "", body: await text(request), auth: request.headers.authorization ?? "" });
    response.writeHead(status, { "content-type": "application/json" }).end("{}");
    for (const wake of waiting) wake();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    // SAFETY: a server on TCP has such an address.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async received(matches) {
      for (;;) {
        const found = got.find(({ path, body }) => matches(path, body));
        if (found) return found;
        await new Promise<void>((resolve) => waiting.add(resolve));
      }
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
