import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The service as a process of its own, as an operator runs it. */
export interface ServiceProcess {
  readonly origin: string;
  /** Waits until it has printed this. */
  printed(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Its exit code, once it is gone. */
  readonly exited: Promise<number | null>;
}

/** Compiles the example, as its start script does. */
export function compile(): void {
  const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  execFileSync(process.execPath, [compiler, "-p", folder], { stdio: "inherit" });
}

/** Starts it on a free port, and waits until it listens. */
export async function startService(environment: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [join(folder, "dist", "main.js")], {
    env: { ...process.env, PORT: "0", DRAIN_DELAY: "1s", ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit").then(([code]: (number | null)[]) => code ?? null);
  const output = outputOf(child);
  await output.printed("listening on ");
  return {
    origin: /listening on (http:\S+);/.exec(output.text())?.[1] ?? "",
    printed: output.printed,
    kill: (signal) => void child.kill(signal),
    exited,
  };
}

function outputOf(child: ChildProcess): { text(): string; printed(text: string): Promise<void> } {
  let text = "";
  let look = (): void => {};
  child.stdout?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    look();
  });
  return {
    text: () => text,
    printed: (wanted) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (text.includes(wanted)) resolve();
        };
        child.once("exit", () => reject(new Error(`the service ended before it printed "${wanted}":\n${text}`)));
        look();
      }),
  };
}
