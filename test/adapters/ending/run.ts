import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

/** A process, followed by the lines that it prints. */
export interface Running extends Disposable {
  readonly child: ChildProcess;
  /** All that it has printed. */
  readonly lines: readonly string[];
  /** What it has written to its standard error. */
  readonly stderr: () => string;
  /** How it ends: its exit code, or the signal. */
  readonly ended: Promise<number | string>;
  /** Waits for the nth line that matches, and gives it. */
  said(pattern: RegExp, nth?: number): Promise<string>;
}

/** Starts a process. */
export function run(command: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const [file = "", ...args] = command;
  const { NODE_ENV: _, KUBERNETES_SERVICE_HOST: __, ...inherited } = process.env;
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...inherited, ...env } });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let stderr = "";
  let rest = "";
  let hasEnded = false;
  const tell = (): void => waiting.forEach((look) => look());
  child.stderr.on("data", (chunk) => (stderr += String(chunk)));
  child.stdout.on("data", (chunk) => {
    const parts = `${rest}${String(chunk)}`.split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    tell();
  });
  // When all that it printed has been read.
  const ended = once(child, "close").then(([code, signal]) => {
    hasEnded = true;
    tell();
    return (signal ?? code) as number | string;
  });
  const said = (pattern: RegExp, nth = 1): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const line = lines.filter((one) => pattern.test(one))[nth - 1];
        if (line === undefined && !hasEnded) return;
        waiting.delete(look);
        if (line === undefined) reject(new Error(`it ended and never said ${pattern}: ${lines.join(" | ")} ${stderr}`));
        else resolve(line);
      };
      waiting.add(look);
      look();
    });
  return { child, lines, stderr: () => stderr, ended, said, [Symbol.dispose]: () => void child.kill("SIGKILL") };
}

/** The port in the line that says it. */
export async function portOf(running: Running): Promise<number> {
  return Number((await running.said(/^port \d/)).slice(5));
}
