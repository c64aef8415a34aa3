import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { View } from "../src/view.ts";

const FOLDER = fileURLToPath(new URL("..", import.meta.url));

/** The demo as a user starts it, with all its processes. */
export interface Demo {
  view(): Promise<View>;
  /** What a button does. Gives the status. */
  press(path: string): Promise<number>;
  /** Waits for a view, never longer than two minutes. */
  until(what: string, isSo: (view: View) => boolean): Promise<View>;
  /** The processes that it has started. */
  children(): readonly number[];
  /** Ends it, and gives its exit code; `null` where a signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Compiles the demo, as `npm start` does. */
export function build(): void {
  const tsc = join(FOLDER, "../../node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", join(FOLDER, "tsconfig.json")], { stdio: "inherit" });
}

/** @param without programs that the demo must not use */
export async function startDemo(without: string): Promise<Demo> {
  const child = spawn(process.execPath, [join(FOLDER, "dist/main.js")], {
    env: { ...process.env, PORT: "0", WITHOUT: without },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const [, address] = /open (http:\S+\/) /.exec(said) ?? [];
      if (address !== undefined) resolve(address);
    });
    child.once("exit", () => reject(new Error(`the demo ended: ${said}`)));
  });
  const view = async (): Promise<View> => (await fetch(`${url}view`)).json();
  return {
    view,
    press: async (path) => (await fetch(`${url}${path}`, { method: "POST" })).status,
    async until(what, isSo) {
      const end = Date.now() + 120_000;
      for (let seen = await view(); ; seen = await view()) {
        if (isSo(seen)) return seen;
        if (Date.now() > end) throw new Error(`in vain: ${what}. ${JSON.stringify(seen)}`);
        await pause(100);
      }
    },
    children: () => descendantsOf(child.pid ?? 0),
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, "exit");
        child.kill(signal);
        await gone;
      }
      return child.exitCode;
    },
  };
}

/** Waits until none of the processes runs, never longer than half a minute. Gives those that do. */
export async function survivorsOf(pids: readonly number[]): Promise<readonly number[]> {
  // A process that ended and that nobody has asked about has no command line any more.
  const isRunning = (pid: number): boolean => readProc(pid, "cmdline") !== "";
  for (const end = Date.now() + 30_000; pids.some(isRunning) && Date.now() < end;) await pause(50);
  return pids.filter(isRunning);
}

function descendantsOf(pid: number): readonly number[] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  // The parent is the second field after the name, which stands in brackets and may hold anything.
  const parentOf = (one: string): number =>
    Number(
      readProc(one, "stat")
        .replace(/^.*\) /s, "")
        .split(" ")[1],
    );
  const children = all.filter((one) => parentOf(one) === pid).map(Number);
  return [...children, ...children.flatMap(descendantsOf)];
}

function readProc(pid: number | string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
