import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A process that ends with the demo. */
export interface Kept {
  readonly isRunning: boolean;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
}

/** A module of this example, in a process of its own. It must end when the channel closes. */
export interface Module {
  /** Relative to this folder. */
  readonly module: string;
  readonly given: readonly string[];
  /** What it says by its channel. */
  readonly hear?: (message: unknown) => void;
  readonly gone?: () => void;
}

/** Starts a module of this example. */
export function startModule({ module, given, hear, gone }: Module): Kept {
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), given, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: [],
  });
  let isRunning = true;
  const ended = once(child, "exit").then(() => {
    isRunning = false;
    gone?.();
  });
  if (hear) child.on("message", hear);
  const isProgram = module === KEEPER;
  return {
    get isRunning() {
      return isRunning;
    },
    async kill() {
      // The keeper ends its program first.
      if (isProgram && child.connected) child.disconnect();
      else if (!isProgram) child.kill("SIGKILL");
      await ended;
    },
  };
}

const KEEPER = "./keeper.js";

/** Starts a program that is not ours. */
export function startProgram(program: string, given: readonly string[]): Kept {
  return startModule({ module: KEEPER, given: [program, ...given] });
}
