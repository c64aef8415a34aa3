/** The default of `delay` outside development, in ms. */
const DELAY_MS = 10_000;

/** The part of the platform that is read. */
interface GlobalLike {
  readonly process?: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly execArgv?: readonly string[];
  };
  readonly Deno?: {
    readonly permissions?: { querySync(what: { name: "env"; variable: string }): { readonly state: string } };
  };
}

/** The shortest default time from the signal to the deadline outside development, in ms. */
const DEADLINE_MS = 25_000;
/** The shortest default time from the end of the delay to the deadline outside development, in ms. */
const AFTER_DELAY_MS = 15_000;
/** The deadline in development, in ms. A restart after an edit must not wait for an open stream of events. */
const DEVELOPMENT_DEADLINE_MS = 1_000;

/** Returns the default times of a drain, in ms. They are shorter in development, because there is no prober. */
export function defaultTimes(delayMs: number | undefined): { readonly delayMs: number; readonly deadlineMs: number } {
  if (delayMs === undefined && isDevelopment()) return { delayMs: 0, deadlineMs: DEVELOPMENT_DEADLINE_MS };
  const delay = delayMs ?? DELAY_MS;
  return { delayMs: delay, deadlineMs: Math.max(DEADLINE_MS, delay + AFTER_DELAY_MS) };
}

function isDevelopment(): boolean {
  if (readEnv("KUBERNETES_SERVICE_HOST")) return false;
  const mode = readEnv("NODE_ENV");
  return mode === "development" || mode === "test" || isWatched();
}

/** Whether `node --watch` runs this process. It starts the next run only when this process has ended. */
function isWatched(): boolean {
  const { process } = globalThis as GlobalLike; // SAFETY: each field is optional, and read as what it may be
  return Boolean(readEnv("WATCH_REPORT_DEPENDENCIES") || process?.execArgv?.some((flag) => /^--watch\b/.test(flag)));
}

/** Returns a variable of the environment. Returns `undefined` if the process has no permission to read it. */
function readEnv(variable: string): string | undefined {
  const { Deno, process } = globalThis as GlobalLike; // SAFETY: as above
  try {
    // On Deno, reading without a permission throws, or asks the user at the terminal.
    if (Deno?.permissions && Deno.permissions.querySync({ name: "env", variable }).state !== "granted")
      return undefined;
    return process?.env?.[variable];
  } catch {
    return undefined;
  }
}
