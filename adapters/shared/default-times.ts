/** The delay where somebody probes, in ms. */
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

/** The shortest time from the signal to the deadline where somebody probes, in ms. */
const DEADLINE_MS = 25_000;
/** The shortest time from the end of the delay to the deadline where somebody probes, in ms. */
const AFTER_DELAY_MS = 15_000;
/** The deadline in development, in ms. A restart after an edit must not wait for an open stream of events. */
const DEVELOPMENT_DEADLINE_MS = 1_000;

/** The times of a drain that the options do not name, in ms. In development nobody probes. */
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

/** Whether `node --watch` runs this process: it waits for the end of one run before it begins the next. */
function isWatched(): boolean {
  const { process } = globalThis as GlobalLike; // SAFETY: each field is optional, and read as what it may be
  return Boolean(readEnv("WATCH_REPORT_DEPENDENCIES") || process?.execArgv?.some((flag) => /^--watch\b/.test(flag)));
}

/** A variable of the environment; `undefined` where it may not be read. */
function readEnv(variable: string): string | undefined {
  const { Deno, process } = globalThis as GlobalLike; // SAFETY: as above
  try {
    // Reading without leave throws on Deno, or asks at the terminal.
    if (Deno?.permissions && Deno.permissions.querySync({ name: "env", variable }).state !== "granted")
      return undefined;
    return process?.env?.[variable];
  } catch {
    return undefined;
  }
}
