import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createHealth, details, loaded, type Health, type HealthOptions, type Resource } from "../../src/index.ts";
import {
  createScriptedLoader,
  createVirtualClock,
  type ScriptedLoader,
  type VirtualClock,
} from "../../src/testing/index.ts";
import { ROOT } from "../repo/tree.ts";

const FOLDER = join(ROOT, "tools/seeing");

/** Why the tests with real packages cannot run; `undefined` if they can. */
export const missing: string | undefined = existsSync(join(FOLDER, "node_modules"))
  ? undefined
  : "run node tools/install.mjs seeing";

if (missing !== undefined) console.log(`skipped with the real packages: ${missing}`);

/** Loads a real package from tools/seeing; the test names what it uses of it. */
export function load<T>(name: string): T {
  return createRequire(join(FOLDER, "package.json"))(name);
}

/** A service whose loads the test ends. */
export interface Scene {
  readonly clock: VirtualClock;
  readonly health: Health;
  readonly index: Resource<{ readonly size: number }>;
  readonly loader: ScriptedLoader<unknown>;
  /** Ends the running load with a value. */
  accept(revision: string): Promise<void>;
  /** Ends the running load with an error. */
  fail(message: string): Promise<void>;
}

export const LIMITS = {
  refreshEvery: "30s",
  staleAfter: "65s",
  refuseAfter: "10m",
  timeout: "20s",
  jitter: 0,
} as const;

/** A health with one resource, `index`, in virtual time. */
export function createScene(options: HealthOptions = {}): Scene {
  const clock = createVirtualClock();
  const health = createHealth({ clock, details: details("always"), ...options });
  const loader = createScriptedLoader<unknown>();
  const index = health.resource<{ readonly size: number }>("index", {
    // SAFETY: the test hands in values of the type.
    load: loader.load as () => Promise<{ readonly size: number }>,
    ...LIMITS,
    validate: (next) => next.size > 0,
  });
  return {
    clock,
    health,
    index,
    loader,
    async accept(revision) {
      loader.last.succeed(loaded({ size: Number(revision) }, { revision: `r${revision}` }));
      await clock.settle();
    },
    async fail(message) {
      loader.last.fail(new Error(message));
      await clock.settle();
    },
  };
}
