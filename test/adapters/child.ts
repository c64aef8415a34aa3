import { execFileSync, fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const ROOT = new URL("../../", import.meta.url);

/** The library compiled to a folder of its own, so that nobody else's build is in the way. Types are checked elsewhere. */
export interface Compiled extends Disposable {
  readonly url: string;
}

export function compile(): Compiled {
  const folder = mkdtempSync(join(tmpdir(), "health-state-"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  execFileSync(
    process.execPath,
    [
      "node_modules/typescript/bin/tsc",
      "-p",
      "tsconfig.json",
      "--noCheck",
      "--declarationMap",
      "false",
      "--declaration",
      "false",
      "--isolatedDeclarations",
      "false",
      "--outDir",
      folder,
    ],
    { cwd: ROOT },
  );
  return { url: pathToFileURL(`${folder}/`).href, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

/** A service in a process of its own. */
export interface Service extends Disposable {
  readonly port: number;
  readonly child: ChildProcess;
  /** What it said first. */
  readonly hello: { readonly port: number; readonly atImport: readonly (readonly number[])[] };
  readonly ended: Promise<Ended>;
  /** The next message with this key. */
  told(key: string): Promise<Record<string, unknown>>;
}

/** Sends a signal that counts as another than the one before: a second later, by the clock of the service. */
export async function signalAgain(service: Service, signal: "SIGTERM" | "SIGINT"): Promise<void> {
  const later = service.told("later");
  service.child.send("later");
  await later;
  service.child.kill(signal);
}

/** Starts the child and waits until it listens. */
export async function serve(compiled: Compiled, scenario: object = {}): Promise<Service> {
  const { child, ended, told } = start(compiled, scenario);
  // SAFETY: what the child sends first.
  const hello = (await Promise.race([
    told("port"),
    ended.then(({ stderr }) => Promise.reject(new Error(stderr))),
  ])) as unknown as Service["hello"];
  return { port: hello.port, hello, child, ended, told, [Symbol.dispose]: () => void child.kill("SIGKILL") };
}

/** Starts the child. */
export function start(compiled: Compiled, scenario: object): Pick<Service, "child" | "ended" | "told"> {
  const child = fork(new URL("drain-child.mjs", import.meta.url), [compiled.url, JSON.stringify(scenario)], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    execArgv: [],
  });
  let stderr = "";
  child.stderr?.on("data", (chunk) => (stderr += String(chunk)));
  const ended = once(child, "exit").then(([code, signal]) => ({ code, signal, stderr }) as Ended);
  const told = (key: string): Promise<Record<string, unknown>> =>
    new Promise((resolve) => {
      const listener = (message: Record<string, unknown>): void => {
        if (!(key in message)) return;
        child.off("message", listener as never);
        resolve(message);
      };
      child.on("message", listener as never);
    });
  return { child, ended, told };
}
